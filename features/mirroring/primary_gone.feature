@allure.label.epic:Mirroring
Feature: A primary that is gone and comes back is noticed behind every gateway
  While the primary is gone clients are told so soon, and not kept waiting. Once it is back they
  are served again within seconds, on the mirrored route as on the other.

  @promise.primary-gone @blocker @own-stack @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> clients are told within 3 seconds that the primary is gone
    Given <gateway> is the gateway
    And the primary has been stopped for as long as gateways need to notice
    When the client sends requests on the mirrored route v1 and on v3
    Then each was refused with an error of the gateway within 3 seconds

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

  @promise.primary-returns @blocker @own-stack @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> clients are served soon after the primary is back
    Given <gateway> is the gateway
    And the primary has been stopped for as long as gateways need to notice
    When the primary runs again
    Then clients on v1 and v3 get its answers within 5 seconds

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
