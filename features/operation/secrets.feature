@allure.label.epic:Operation
Feature: What is secret stays between client and primary
  Credentials are for the primary. They stand in no log, which many may read, and a shadow gets them
  neither in headers nor in the trailers that may follow a body in chunks.

  @promise.secrets-unlogged @blocker @own-stack @allure.label.story:Logs
  Scenario Outline: Neither <gateway> nor what runs beside it logs credentials
    Given <gateway> is the gateway
    When requests with credentials are served, refused, too large, and broken off
    Then credentials stand in no log of the gateway or of what runs beside it

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

  @promise.secret-trailers @critical @allure.label.story:Trailers
  Scenario Outline: With <gateway> credentials in trailers do not reach the shadow
    Given <gateway> is the gateway
    When the client sends bodies in chunks, with credentials in their trailers
    Then the client gets the primary's answer to each of them
    And some were copied, and no copy has credentials in headers or trailers

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
