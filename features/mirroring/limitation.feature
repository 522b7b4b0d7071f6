@allure.label.epic:Mirroring
Feature: HAProxy has no mirroring of its own
  Envoy, Nginx, APISIX and Traefik can send a copy of a request to a second service. HAProxy, up
  to its newest versions, cannot: no directive does it, and the wish for one has been open since
  2024 (haproxy/haproxy#2471). Who wants to mirror behind HAProxy needs a tool beside it
  (GoReplay, Teeproxy, or an agent that HAProxy talks SPOE to) or a script in it (Lua).

  Background:
    Given HAProxy is the gateway

  @original @critical @own-stack @allure.label.story:No-native-mirroring @allure.issue:haproxy/haproxy/issues/2471
  Scenario: HAProxy refuses a directive that asks it to mirror
    When an operator checks a configuration that asks HAProxy to mirror
    Then the configuration is refused because there is no such directive
    And the message names the line with the mistake

  @critical @own-stack @allure.label.story:No-native-mirroring
  Scenario: No directive that HAProxy has registered is about mirroring
    When an operator lists every directive that HAProxy has registered
    Then the list is complete, and no directive in it is about mirroring

  @critical @own-stack @allure.label.story:Circulating-advice
  Scenario: The SPOE configuration that people copy is refused
    When an operator checks the SPOE configuration that people copy
    Then the configuration is refused
    And the message names the prefix of variables that is missing

  @critical @own-stack @allure.label.story:Circulating-advice
  Scenario: The corrected SPOE configuration is accepted
    When an operator checks the SPOE configuration of this project
    Then the configuration is accepted without a warning

  @critical @own-stack @allure.label.story:Circulating-advice
  Scenario: The Lua script that people copy can be loaded, and mirrors nothing
    Given an operator has loaded the Lua script that people copy
    When the client sends 50 requests to "/api/v1"
    Then the client gets the primary's answer to each of them
    And nothing reached the shadow

  @critical @own-stack @allure.label.story:Circulating-advice
  Scenario: A Lua script that sends the copy first keeps the client waiting for a late shadow
    Given an operator has loaded a Lua script that sends the copy first
    And the shadow answers 2 seconds late
    When the client sends a GET request to "/api/v1"
    Then the client gets the primary's answer after 2 seconds, and no sooner
    And the shadow received a copy of it
