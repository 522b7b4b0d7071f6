@allure.label.epic:Mirroring
Feature: What a gateway tells of clients is not the clients' to take away
  A client may name any header in Connection, which is then left out at the next hop. That is for
  headers of its own; the primary gets those of the gateway all the same, and so must the shadow.

  @promise.gateway-headers @critical @allure.label.story:Headers
  Scenario Outline: With <gateway> a copy tells the client's address, whatever Connection names
    Given <gateway> is the gateway
    When a client names the headers that the gateway sets in Connection
    Then the copy tells the client's address as the primary's request does

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.gateway-headers @limit @minor @allure.label.story:Headers
  Scenario Outline: <gateway> refuses a request whose Connection names what it sets
    Given <gateway> is the gateway
    When a client names the headers that the gateway sets in Connection
    Then the gateway refuses it as malformed
    And no copy reached the shadow

    Examples: gateways with this limit
      | gateway |
      | Envoy   |

  @promise.connection-headers @normal @allure.label.story:Headers
  Scenario Outline: With <gateway> headers of a client's connection do not reach the shadow
    Given <gateway> is the gateway
    When the client sends headers that belong to its connection
    Then the copy has none of them

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Traefik                 |

  @promise.connection-headers @limit @minor @allure.label.story:Headers
  Scenario Outline: With <gateway> headers that Connection names reach the shadow
    Given <gateway> is the gateway
    When the client sends headers that belong to its connection
    Then the copy has a header that Connection names

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | Nginx                 |
      | APISIX                |
