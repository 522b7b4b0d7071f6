@allure.label.epic:Operation
Feature: Many clients at once are served as well as one
  All clients are connected first and then send at the same moment.

  Background:
    Given HAProxy is the gateway

  @original @critical @allure.label.story:Concurrency
  Scenario: Of 50 clients at once, at least 95 % succeed
    When 50 clients send a request to "/api/v1" at the same moment
    Then at least 95 % of them get the primary's answer

  @smoke @blocker @allure.label.story:Concurrency
  Scenario: Of 50 clients at once, each gets the answer to its own request
    When 50 clients send a request to "/api/v1" at the same moment
    Then each of them gets the primary's answer to its own request
    And the primary received each request exactly once

  @critical @load @quiet @allure.label.story:Concurrency
  Scenario: Of 1000 clients at once, each gets the answer to its own request
    When 1000 clients send a request to "/api/v1" at the same moment
    Then each of them gets the primary's answer to its own request
    And the primary received each request exactly once
