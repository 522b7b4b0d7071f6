@allure.label.epic:Mirroring
Feature: Without a mirroring tool nothing is mirrored
  A plain HAProxy passes requests to the primary only. This is the baseline that the
  ways of mirroring are measured against. That nothing arrived is proved with a sentinel: a last
  request that does reach the shadow, and whose arrival shows that the others had their chance.

  Background:
    Given HAProxy is the gateway

  @original @smoke @blocker @allure.label.story:No-mirroring
  Scenario Outline: No request on route <route> reaches the shadow
    When the client sends 50 requests to "/api/<route>"
    Then the client gets the primary's answer to each of them
    And nothing reached the shadow

    Examples: all routes
      | route |
      | v1    |
      | v2    |
      | v3    |

  @critical @allure.label.story:No-mirroring
  Scenario: Bodies do not reach the shadow either
    When the client sends a POST request to "/api/v1/orders" with 64 KB
    Then the client gets the primary's answer
    And nothing reached the shadow
