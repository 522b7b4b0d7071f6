@allure.label.epic:Mirroring
Feature: HAProxy has no mirroring of its own
  Envoy, Nginx, APISIX and Traefik can send a copy of a request to a second service. HAProxy, up
  to its newest versions, cannot: no directive does it, and the wish for one has been open since
  2024 (haproxy/haproxy#2471). Who wants to mirror behind HAProxy needs a tool beside it
  (GoReplay, Teeproxy, or an agent that HAProxy talks SPOE to) or a script in it (Lua).

  Background:
    Given HAProxy is the gateway

  @original @critical @own-stack @allure.label.story:No-native-mirroring @allure.issue:haproxy/haproxy/issues/2471
  Scenario: HAProxy refuses the directive that people hope for
    When an operator checks a configuration that asks HAProxy to mirror
    Then the configuration is refused because there is no such directive
    And the message names the line with the mistake

  @critical @own-stack @allure.label.story:No-native-mirroring
  Scenario: No directive that HAProxy has registered is about mirroring
    When an operator lists every directive that HAProxy has registered
    Then the list is complete, and no directive in it is about mirroring
