@allure.label.epic:Mirroring
Feature: Chance draws among many clients as among one
  What decides for one client at a time may fail for many: a turn that is shared by all, a seed of
  the second, a number for each connection.

  @promise.drawn-at-once @normal @load @allure.label.story:Chance
  Scenario Outline: <gateway> draws by chance when 50 clients send at the same moment
    Given <gateway> is the gateway
    When 50 clients send on route v2 at the same moment, 25 times
    Then copies were drawn by chance, of each method, client and moment

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

  @promise.drawn-at-once @limit @normal @load @allure.label.story:Chance
  Scenario Outline: <gateway> copies every second request, whoever sends it
    Given <gateway> is the gateway
    When 50 clients send on route v2 at the same moment, 25 times
    Then of each moment exactly every second request was copied

    Examples: gateways with this limit
      | gateway |
      | Traefik |
