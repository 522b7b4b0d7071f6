@allure.label.epic:Mirroring
Feature: The primary gets each request once, whatever becomes of its answer
  A request that the primary may have acted on is not sent to it again: neither by the gateway nor by
  the way of mirroring. Clients learn of the failure and decide for themselves.

  @promise.no-retry @blocker @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> a primary that <failure> gets each request once
    Given <gateway> is the gateway
    And the primary <failure>
    When the client sends GET and POST requests, every second of which fails
    Then the primary received each request exactly once
    And every second request failed for the client

    Examples: gateways that keep the promise
      | gateway                 | failure                        |
      | HAProxy with SPOE       | resets every second connection |
      | HAProxy with Lua        | resets every second connection |
      | HAProxy with a log ring | resets every second connection |
      | HAProxy with GoReplay   | resets every second connection |
      | Envoy                   | resets every second connection |
      | Nginx                   | resets every second connection |
      | APISIX                  | resets every second connection |
      | HAProxy with SPOE       | breaks off every second answer |
      | HAProxy with Lua        | breaks off every second answer |
      | HAProxy with a log ring | breaks off every second answer |
      | HAProxy with GoReplay   | breaks off every second answer |
      | Envoy                   | breaks off every second answer |
      | Nginx                   | breaks off every second answer |
      | APISIX                  | breaks off every second answer |

  @promise.no-retry @limit @critical @allure.label.story:Failing-primary
  Scenario Outline: <gateway> sends a GET request again when the primary <failure>
    Given <gateway> is the gateway
    And the primary <failure>
    When the client sends GET and POST requests, every second of which fails
    Then the primary received a failing GET request twice, and no other

    Examples: gateways with this limit
      | gateway | failure                        |
      | Traefik | resets every second connection |

  @promise.no-retry @limit @critical @allure.label.story:Failing-primary
  Scenario Outline: <gateway> sends requests once, and hides from clients that the primary <failure>
    Given <gateway> is the gateway
    And the primary <failure>
    When the client sends GET and POST requests, every second of which fails
    Then the primary received each request exactly once
    And every second request got an empty answer with status 200

    Examples: gateways with this limit
      | gateway               | failure                        |
      | HAProxy with Teeproxy | resets every second connection |
