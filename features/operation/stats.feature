@allure.label.epic:Operation
Feature: The gateway's figures are true
  Operators read the gateway's figures on a page, as CSV, or through Prometheus. All three must
  agree with what clients really sent, and must be closed to strangers where a password is set.

  Background:
    Given HAProxy is the gateway
    And the figures have been noted

  @original @smoke @critical @allure.label.story:Page
  Scenario: The page shows every route and both services
    When an operator opens the page with the figures
    Then the page shows the routes v1, v2 and v3
    And the page shows the primary and the shadow

  @critical @allure.label.story:Figures
  Scenario Outline: The figures of route <route> count each request that was just sent
    When the client sends <count> requests to "/api/<route>"
    Then the figures of route <route> grew by <count> requests and <count> successes
    And the figures of every route but <route> did not change

    Examples: all routes
      | route | count |
      | v1    | 7     |
      | v2    | 11    |
      | v3    | 13    |

  @normal @allure.label.story:Figures
  Scenario: The figures count errors of the primary as errors
    Given the primary answers every request of a client with an error
    When the client sends 5 requests to "/api/v1"
    Then the figures of route v1 grew by 5 requests and 5 server errors

  @normal @allure.label.story:Figures
  Scenario: The figures count the bytes of the bodies
    Given the client sent 10 bodies of 1000 bytes on route v1
    When the client sends 10 bodies of 3000 bytes on route v1
    Then the incoming bytes of route v1 grew by 20000 more than before

  @normal @allure.label.story:Figures
  Scenario: The figures count the bytes of the answers
    Given the primary sent 10 answers of 1000 bytes on route v1
    When the primary sends 10 answers of 3000 bytes on route v1
    Then the outgoing bytes of route v1 grew by 20000 more than before

  @normal @allure.label.story:Prometheus
  Scenario: Prometheus reads the same figures
    When the client sends 9 requests to "/api/v2"
    Then Prometheus and the CSV agree on the requests, successes and bytes of every route

  @critical @allure.label.story:Access
  Scenario Outline: The figures as <form> are refused with <credentials>
    When a client asks for the figures as <form> with <credentials>
    Then the figures are refused

    Examples: page, CSV and Prometheus
      | form       | credentials      |
      | page       | no password      |
      | page       | a wrong password |
      | CSV        | no password      |
      | CSV        | a wrong password |
      | Prometheus | no password      |
      | Prometheus | a wrong password |
