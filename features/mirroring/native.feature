@allure.label.epic:Mirroring
Feature: Some gateways mirror by themselves, HAProxy only with help
  Envoy, Nginx, APISIX and Traefik have mirroring built in. HAProxy needs a program beside it or a
  script within; what each of these does is the subject of the other features.

  @promise.native @claim.native-mirroring @critical @allure.label.story:Native-mirroring
  Scenario Outline: <gateway> mirrors by itself
    Given <gateway> is the gateway
    When the client sends 20 requests to "/api/v1"
    Then the shadow received a copy of each, exactly once
    And only the gateway was started for that, and no program was loaded into it

    Examples: gateways that keep the promise
      | gateway |
      | Envoy   |
      | Nginx   |
      | APISIX  |
      | Traefik |

  @promise.native @claim.native-mirroring @limit @critical @own-stack @allure.label.story:Native-mirroring
  Scenario Outline: <gateway> mirrors only because of <help>
    Given <gateway> is the gateway
    When an operator checks a configuration that asks HAProxy to mirror
    Then the configuration is refused because there is no such directive

    Examples: gateways with this limit
      | gateway                 | help                            |
      | HAProxy with SPOE       | an agent beside it              |
      | HAProxy with Lua        | a script within                 |
      | HAProxy with a log ring | an agent beside it              |
      | HAProxy with GoReplay   | a program that reads along      |
      | HAProxy with Teeproxy   | a proxy between it and services |
