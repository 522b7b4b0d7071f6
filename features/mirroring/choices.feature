@allure.label.epic:Mirroring
Feature: An operator chooses which methods are copied, for which host, and with which headers
  Not every request may be repeated: where a shadow shares a database with the primary, each order
  would be placed twice. In production a shadow has a name of its own, by which it is found. And what
  a shadow does must not appear in the traces of what production did.

  @promise.safe-methods @critical @own-stack @allure.label.story:Choices
  Scenario Outline: <gateway> copies safe methods alone where an operator wants that
    Given <gateway> is the gateway
    And an operator mirrors GET and HEAD requests of route v1 alone
    When the client sends a request of each method on route v1
    Then the client gets the primary's answer to each of them
    And exactly the GET and HEAD requests were copied

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

  @promise.shadow-host @normal @own-stack @allure.label.story:Choices
  Scenario Outline: <gateway> names the shadow's own host in copies where an operator wants that
    Given <gateway> is the gateway
    And an operator gives copies the shadow's own host
    When the client sends 20 requests to "/api/v1/orders"
    Then the client gets the primary's answer to each of them
    And copies are for the shadow's host, and the primary's requests for the client's

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

  @promise.no-traces @normal @own-stack @allure.label.story:Choices
  Scenario Outline: <gateway> keeps copies out of production's traces where an operator wants that
    Given <gateway> is the gateway
    And an operator takes trace headers out of copies
    When the client sends 20 requests with trace headers on route v1
    Then the client gets the primary's answer to each of them
    And copies have no trace headers, and the primary's requests those of the client

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
