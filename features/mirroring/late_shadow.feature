@allure.label.epic:Mirroring
Feature: A shadow that is late still gets what it is to get
  Half a second for an answer is slow, and no failure. How many copies can be on their way at the
  same time decides how many a late shadow gets in a second.

  @promise.late-delivery @normal @load @allure.label.story:Late-shadow
  Scenario Outline: <gateway> delivers each of 400 copies to a shadow that is 0.5 seconds late
    Given <gateway> is the gateway
    And the shadow answers 0.5 seconds late
    When 50 clients send 400 requests on route v1
    Then the shadow has received a copy of each within 15 seconds

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
