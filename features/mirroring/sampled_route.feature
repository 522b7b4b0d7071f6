@allure.label.epic:Mirroring
Feature: A route that is mirrored in part is mirrored as faithfully as a whole one
  The policy asks for half of route v2. Which requests are copied is a matter of chance, how they
  are copied is not: each kind of request has its copies, with a marker and without credentials.

  @promise.sampled-kinds @critical @allure.label.story:Sampled-route
  Scenario Outline: <gateway> copies each kind of request on route v2 faithfully
    Given <gateway> is the gateway
    When the client sends 30 requests of each kind on route v2
    Then each kind of request was copied, and no request twice
    And each of these copies has the method, target and body of its request
    And each of these copies has the marker and no credentials

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

  @promise.sampled-loop @critical @allure.label.story:Sampled-route
  Scenario Outline: <gateway> does not copy a copy on route v2 again
    Given <gateway> is the gateway
    When 30 copies come back to the gateway on route v2
    Then no copy reached the shadow

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

  @promise.drawn-by-chance @critical @allure.label.story:Chance
  Scenario Outline: <gateway> draws by chance which requests on route v2 it copies
    Given <gateway> is the gateway
    When 25 clients in turn send 40 requests each on route v2
    Then copies were drawn by chance, of each method and each client

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

  @promise.drawn-by-chance @limit @normal @allure.label.story:Chance
  Scenario Outline: <gateway> copies every second request on route v2
    Given <gateway> is the gateway
    When 25 clients in turn send 40 requests each on route v2
    Then every second request was copied

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.drawn-anew @normal @allure.label.story:Chance
  Scenario Outline: <gateway> draws anew for each request, even when all have the same id
    Given <gateway> is the gateway
    When the client sends 1000 requests with the same id on route v2
    Then the shadow received the share of these requests that the policy asks for

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
