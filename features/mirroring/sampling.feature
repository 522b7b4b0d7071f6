@allure.label.epic:Mirroring
Feature: The share of requests that is mirrored is the share that was asked for
  Half of route v2 is mirrored. Of 1000 requests then 437 to 563 have a copy: the expected 500 plus
  or minus four standard deviations, so that chance alone fails one run in 16,000.

  @promise.share @claim.sample-percentage @smoke @blocker @allure.label.story:Share
  Scenario Outline: <gateway> copies half of the requests on route v2
    Given <gateway> is the gateway
    When the client sends 1000 requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received copies of 437 to 563 of them, none twice

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |

  @promise.new-share @critical @own-stack @allure.label.story:Share
  Scenario Outline: With <gateway> a new share takes effect without a restart
    Given <gateway> is the gateway
    And an operator has set the share of route v2 to 20 % and reloaded
    When the client sends 1000 requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received copies of 149 to 251 of them, none twice

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
