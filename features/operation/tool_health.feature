@allure.label.epic:Operation
Feature: The health of a mirroring tool is the truth
  Who watches a tool, and who balances load over several, goes by what it says of its own health. One
  that ends, that gets nothing to copy, or that cannot have its address must not be called well.

  @promise.tool-draining @critical @own-stack @allure.label.story:Health
  Scenario Outline: The tool of <gateway> is not well once it has been told to end
    Given <gateway> is the gateway
    And copies of 3 requests are on their way to a shadow that never answers
    When the mirroring tool is told to end
    Then the tool says at once that it is not well, or nothing

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |

  @promise.tool-blind @normal @own-stack @allure.label.story:Health
  Scenario Outline: The tool of <gateway> is not well while nothing reaches it
    Given <gateway> is the gateway
    When the gateway is frozen, so that nothing reaches the mirroring tool
    Then the tool says within 8 seconds that it is not well

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with GoReplay |

  @promise.tool-blind @limit @normal @own-stack @allure.label.story:Health
  Scenario Outline: The tool of <gateway> is well although nothing reaches it
    Given <gateway> is the gateway
    When the gateway is frozen, so that nothing reaches the mirroring tool
    Then the tool says for 2 seconds that it is well

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with Teeproxy   |

  @promise.tool-twice @normal @own-stack @allure.label.story:Health
  Scenario Outline: A second tool of <gateway> at the same address ends, and says why
    Given <gateway> is the gateway
    When an operator starts the mirroring tool a second time
    Then the second one ends, and says that the address is in use

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
