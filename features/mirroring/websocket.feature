@allure.label.epic:Mirroring
Feature: WebSocket sessions work on mirrored routes
  A session begins as a request, and goes on as messages both ways over the same connection. A
  shadow cannot take part in it: it would answer each message, and nobody would listen.

  @promise.websocket @critical @allure.label.story:WebSocket
  Scenario Outline: <gateway> lets WebSocket sessions pass on a mirrored route
    Given <gateway> is the gateway
    When a client sends 20 messages in a WebSocket session on route v1
    Then each message reached the primary and came back
    And no connection of the session is left open

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Nginx                   |
      | Traefik                 |

  @promise.websocket @limit @critical @allure.label.story:WebSocket
  Scenario Outline: <gateway> lets no WebSocket session pass on a mirrored route
    Given <gateway> is the gateway
    When a client sends 20 messages in a WebSocket session on route v1
    Then the session did not open for the client

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | APISIX                |

  @promise.websocket-copy @normal @allure.label.story:WebSocket
  Scenario Outline: With <gateway> the shadow takes no part in a WebSocket session
    Given <gateway> is the gateway
    When a client sends 20 messages in a WebSocket session on route v1
    Then the shadow received no session, at most the request that opens it
    And no connection of the session is left open

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Nginx                   |

  @promise.websocket-copy @limit @normal @allure.label.story:WebSocket
  Scenario Outline: With <gateway> the shadow gets each message of a WebSocket session
    Given <gateway> is the gateway
    When a client sends 20 messages in a WebSocket session on route v1
    Then the shadow received a session with 20 messages
    And no connection of the session is left open

    Examples: gateways with this limit
      | gateway |
      | Envoy   |

  @promise.websocket-copy @limit @normal @allure.label.story:WebSocket
  Scenario Outline: With <gateway> the shadow opens a WebSocket session, and gets no message
    Given <gateway> is the gateway
    When a client sends 20 messages in a WebSocket session on route v1
    Then the shadow received a session with 0 messages
    And no connection of the session is left open

    Examples: gateways with this limit
      | gateway |
      | Traefik |
