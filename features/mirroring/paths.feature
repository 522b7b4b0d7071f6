@allure.label.epic:Mirroring
Feature: What is routed as v1 is mirrored as v1
  A path can be written in many ways: with codes, dots, double slashes, capitals. A gateway may
  resolve those or not, but route, method rule and mirroring must go by the same reading.

  @promise.one-path @critical @allure.label.story:Paths
  Scenario Outline: <gateway> mirrors what it routes as v1, however its path is written
    Given <gateway> is the gateway
    When the client writes the paths of routes v1 and v3 in unusual ways
    Then exactly what arrived on route v1 was copied
    And only requests on route v1 arrived with a method of v1

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
