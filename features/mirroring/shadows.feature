@allure.label.epic:Mirroring
Feature: Copies reach one shadow over a few connections, and reach several shadows
  A shadow is spared a new connection for each copy. Who compares two versions at once adds a
  second shadow: each of them gets a copy of each request, and one that is dead does not hurt the
  other.

  @promise.shadow-connections @normal @allure.label.story:Connections
  Scenario Outline: <gateway> sends 400 copies to the shadow over 64 connections at most
    Given <gateway> is the gateway
    When 20 groups of 20 requests are sent on v1, each after the last was copied
    Then the client gets the primary's answer to each of them
    And the shadow received the copies over 64 connections at most

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | Envoy                   |
      | Traefik                 |

  @promise.shadow-connections @limit @normal @allure.label.story:Connections
  Scenario Outline: <gateway> reuses some connections to the shadow, and opens more than 64
    Given <gateway> is the gateway
    When the client sends 400 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received the copies over 65 to 399 connections

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.shadow-connections @limit @normal @allure.label.story:Connections
  Scenario Outline: <gateway> opens a connection to the shadow for each copy
    Given <gateway> is the gateway
    When the client sends 400 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received each copy over a connection of its own

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | Nginx                 |
      | APISIX                |

  @promise.second-shadow @critical @own-stack @allure.label.story:Several-shadows
  Scenario Outline: With <gateway> each of two shadows gets a copy of each request
    Given <gateway> is the gateway
    And an operator has added a second shadow
    When the client sends 50 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And each of the two shadows received a copy of each, exactly once

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

  @promise.one-shadow-dead @critical @own-stack @allure.label.story:Several-shadows
  Scenario Outline: With <gateway> a second shadow that is dead harms neither clients nor the first
    Given <gateway> is the gateway
    And an operator has added a second shadow that is dead
    When the client sends 50 requests to "/api/v1/orders"
    Then each was answered by the primary within 0.5 seconds
    And the first shadow received a copy of each, exactly once, and the second one none

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
