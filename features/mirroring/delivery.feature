@allure.label.epic:Mirroring
Feature: The shadow gets a copy of each request it is meant to get, and of no other
  Route v1 is mirrored wholly, v2 by the share that the policy asks for, v3 not at all. Each promise
  lists the gateways that keep it; below it stands, as its limit, what the others do instead.

  @promise.exactly-once @smoke @blocker @allure.label.story:Exactly-once
  Scenario Outline: <gateway> copies each request on route v1 exactly once
    Given <gateway> is the gateway
    When the client sends 200 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received a copy of each, exactly once

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

  @promise.unmirrored-route @smoke @blocker @allure.label.story:Only-what-is-meant
  Scenario Outline: <gateway> copies no request on route v3
    Given <gateway> is the gateway
    When the client sends 50 requests to "/api/v3/orders"
    Then the client gets the primary's answer to each of them
    And no copy reached the shadow

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

  @promise.refused-requests @critical @allure.label.story:Only-what-is-meant
  Scenario Outline: <gateway> copies no request that it refuses itself
    Given <gateway> is the gateway
    When the client sends requests that are refused for their path or their method
    Then no copy reached the shadow

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

  @promise.primary-answers @blocker @allure.label.story:Answers
  Scenario Outline: With <gateway> the client sees nothing of the shadow's answer
    Given <gateway> is the gateway
    And the shadow answers with an error, a cookie and a body of its own
    When the client sends 20 requests to "/api/v1"
    Then the client gets the primary's answer to each of them
    And the shadow received a copy of each, exactly once

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
