@allure.label.epic:Mirroring
Feature: What the primary and the client notice of the mirroring
  Mirroring stands beside the traffic, not in it. When the primary fails, clients are told just as
  they are without mirroring; large uploads flow through; and the primary sees no more connections
  than the traffic needs.

  @promise.primary-down @blocker @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> clients get an error when the primary resets their connections
    Given <gateway> is the gateway
    And the primary resets connections
    When the client sends requests on the mirrored route v1 and on v3
    Then each of them failed for the client, alike on v1 and v3
    And the primary really failed

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.primary-down @limit @blocker @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> clients get 200 and no body when the primary resets their connections
    Given <gateway> is the gateway
    And the primary resets connections
    When the client sends requests on the mirrored route v1 and on v3
    Then each on v1 got an empty answer with status 200
    And the primary really failed

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.primary-breaks-off @critical @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> an answer that the primary breaks off reaches clients as a failure
    Given <gateway> is the gateway
    And the primary breaks off its answers
    When the client sends requests on the mirrored route v1 and on v3
    Then each of them failed for the client, alike on v1 and v3
    And the primary really failed

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.streaming @critical @allure.label.story:Uploads
  Scenario Outline: With <gateway> a large upload reaches the primary while it is still being sent
    Given <gateway> is the gateway
    When the client sends 1 MB on route v1 with a pause in the middle
    Then the primary had received the first part before the client sent the rest
    And the primary received exactly the request that was sent
    And the client gets the primary's answer

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |

  @promise.streaming @limit @normal @allure.label.story:Uploads
  Scenario Outline: <gateway> sends an upload to the primary only once it is complete
    Given <gateway> is the gateway
    When the client sends 1 MB on route v1 with a pause in the middle
    Then the primary had received nothing before the client sent the rest
    And the client gets the primary's answer

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | Nginx                 |
      | APISIX                |
      | Traefik               |

  @promise.primary-connections @critical @allure.label.story:Connections
  Scenario Outline: <gateway> passes 200 requests to the primary over a few connections
    Given <gateway> is the gateway
    When the client sends 200 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And the primary received them over 20 connections at most

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.primary-connections @limit @normal @allure.label.story:Connections
  Scenario Outline: <gateway> opens a connection to the primary for each request, and closes it
    Given <gateway> is the gateway
    When the client sends 200 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And the primary received each of them over a connection of its own
    And none of these connections stays open

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
