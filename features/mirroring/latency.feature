@quiet @allure.label.epic:Mirroring
Feature: A failing shadow costs clients no time
  Requests on v1, which is mirrored, and on v3, which is not, are sent alternately and compared: in
  the median and in the slowest tenth, v1 may be 5 ms slower than v3, or half as much again. With 50
  clients at once, who keep the machine busy, it may be 20 ms, or two and a half times as much. A
  tool that acknowledges late, or a queue that fills, shows here before clients complain.

  @promise.no-delay @claim.fire-and-forget @blocker @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that <failure> costs clients no time
    Given <gateway> is the gateway
    And the shadow <failure>
    When 400 requests each are sent on v1 and v3, and as many by 50 clients
    Then v1 was answered as fast as v3
    And the shadow really failed

    Examples: gateways that keep the promise
      | gateway                 | failure                |
      | HAProxy with SPOE       | answers 2 seconds late |
      | HAProxy with Lua        | answers 2 seconds late |
      | HAProxy with a log ring | answers 2 seconds late |
      | HAProxy with GoReplay   | answers 2 seconds late |
      | Envoy                   | answers 2 seconds late |
      | APISIX                  | answers 2 seconds late |
      | Traefik                 | answers 2 seconds late |
      | HAProxy with SPOE       | refuses connections    |
      | HAProxy with Lua        | refuses connections    |
      | HAProxy with a log ring | refuses connections    |
      | HAProxy with GoReplay   | refuses connections    |
      | Envoy                   | refuses connections    |
      | APISIX                  | refuses connections    |
      | Traefik                 | refuses connections    |

  @promise.no-delay @claim.fire-and-forget @limit @critical @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that <failure> delays each next request on a connection
    Given <gateway> is the gateway
    And the shadow <failure>
    When 400 requests each are sent on v1 and v3, and as many by 50 clients
    Then v1 was answered 0.5 to 2.5 seconds later than v3
    And the shadow really failed

    Examples: gateways with this limit
      | gateway | failure                |
      | Nginx   | answers 2 seconds late |

  @promise.no-delay @claim.fire-and-forget @limit @by-chance @critical @allure.label.story:Shadow
  Scenario Outline: With <gateway> v1 is slower by one more hop, whether a shadow <failure> or not
    Given <gateway> is the gateway
    And the shadow <failure>
    When 400 requests each are sent on v1 and v3, and as many by 50 clients
    Then v1 was answered 0.0002 to 1 seconds later than v3
    And the shadow really failed

    Examples: gateways that clients pass through twice
      | gateway               | failure                |
      | HAProxy with Teeproxy | answers 2 seconds late |
      | HAProxy with Teeproxy | refuses connections    |
