@allure.label.epic:Operation
Feature: A configuration is checked before it is used, and changed without a loss
  A mistake in a configuration is found before clients are affected, and the message says where it
  is. A reload under traffic loses no request.

  Background:
    Given HAProxy is the gateway

  @original @smoke @critical @own-stack @allure.label.story:Validity
  Scenario: The running configuration is valid and without a warning
    When an operator checks the running configuration
    Then the configuration is accepted without a warning

  @critical @own-stack @allure.label.story:Validity
  Scenario Outline: A configuration with <mistake> is refused
    When an operator starts a gateway configured with <mistake>
    Then the configuration is refused
    And the message names <place>

    Examples: mistakes in one line
      | mistake                         | place                     |
      | an unknown word                 | the line with the mistake |
      | the same address twice          | the line with the mistake |
      | a condition that is not defined | the line with the mistake |
      | a certificate that is absent    | the line with the mistake |
      | a Lua file that is absent       | the line with the mistake |

    Examples: a reference that leads nowhere
      | mistake                             | place                              |
      | a route to a backend that is absent | the gateway and the absent backend |

  @blocker @own-stack @allure.label.story:Reload
  Scenario: A reload under traffic loses no request
    Given clients send requests on route v1 without a pause
    When the gateway is reloaded
    Then the gateway runs with a new process within 10 seconds
    And every request of these clients got the primary's answer
