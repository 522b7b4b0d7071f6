@allure.label.epic:Operation
Feature: The gateway notices when a service fails and when it is back
  The gateway checks the health of the primary and of the shadow. Without a primary, clients are
  told so at once; clients do not notice a failing shadow.

  Background:
    Given HAProxy is the gateway

  @original @smoke @blocker @allure.label.story:Health-checks
  Scenario: Both services are checked, and both are well
    When the gateway has had time to check
    Then the primary and the shadow were checked by the gateway
    And the figures say that the primary is up
    And the figures say that the shadow is up

  @blocker @own-stack @allure.label.story:Primary-down
  Scenario: Without a primary, clients are told that the service is unavailable
    When the primary is stopped
    Then the figures say that the primary is down within 5 seconds
    And the client is told at once that the service is unavailable

  @blocker @own-stack @allure.label.story:Primary-down
  Scenario: When the primary is back, so is the service
    Given the primary was stopped and clients were refused
    When the primary is started again
    Then the client gets the primary's answer again within 5 seconds
    And the figures say that the primary is up

  @critical @allure.label.story:Shadow-down
  Scenario: A shadow that answers with errors changes nothing for clients
    Given the shadow answers every request with an error
    And the figures say that the shadow is down within 5 seconds
    When the client sends 20 requests to "/api/v1"
    Then the client gets the primary's answer to each of them

  @critical @own-stack @allure.label.story:Shadow-down
  Scenario: A shadow that is gone changes nothing for clients
    Given the shadow was stopped
    And the figures say that the shadow is down within 5 seconds
    When the client sends 20 requests to "/api/v1"
    Then the client gets the primary's answer to each of them

  @critical @allure.label.story:Gateways-own-health
  Scenario: The gateway answers for its own health
    When the client sends a GET request to "/health"
    Then the gateway itself answers that it is well
    And no service received the request

  @critical @own-stack @allure.label.story:Gateways-own-health
  Scenario: A gateway without a primary says that it cannot serve
    Given the primary was stopped and clients were refused
    When the client sends a GET request to "/health"
    Then the gateway itself answers that it cannot serve
