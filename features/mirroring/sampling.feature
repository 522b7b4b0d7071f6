@allure.label.epic:Mirroring
Feature: The share of requests that is mirrored is the share that was asked for
  The policy says which share of a route's requests is mirrored. Shares are judged on 1000 requests:
  the copies may be four standard deviations more or fewer than expected, so that chance alone fails
  one run in 16,000. Of a share of 50 % those are 437 to 563 copies, of 20 % they are 150 to 250.
  Nothing and everything are exact.

  @promise.share @claim.sample-percentage @smoke @blocker @allure.label.story:Share
  Scenario Outline: <gateway> copies the share of route v2 that the policy asks for
    Given <gateway> is the gateway
    When the client sends 1000 requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received the share of copies that the policy asks for, none twice

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

  @promise.new-share @critical @own-stack @allure.label.story:Share
  Scenario Outline: With <gateway> a new share of <share> % takes effect without a restart
    Given <gateway> is the gateway
    And an operator has set the share of route v2 to <share> % and reloaded
    When the client sends <count> requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received copies of <share> % of them, none twice

    Examples: gateways that keep the promise
      | gateway                 | share | count |
      | HAProxy with SPOE       | 0     | 200   |
      | HAProxy with SPOE       | 20    | 1000  |
      | HAProxy with SPOE       | 100   | 200   |
      | HAProxy with Lua        | 0     | 200   |
      | HAProxy with Lua        | 20    | 1000  |
      | HAProxy with Lua        | 100   | 200   |
      | HAProxy with a log ring | 0     | 200   |
      | HAProxy with a log ring | 20    | 1000  |
      | HAProxy with a log ring | 100   | 200   |
      | Envoy                   | 0     | 200   |
      | Envoy                   | 20    | 1000  |
      | Envoy                   | 100   | 200   |
      | Nginx                   | 0     | 200   |
      | Nginx                   | 20    | 1000  |
      | Nginx                   | 100   | 200   |
      | APISIX                  | 0     | 200   |
      | APISIX                  | 20    | 1000  |
      | APISIX                  | 100   | 200   |
      | Traefik                 | 0     | 200   |
      | Traefik                 | 20    | 1000  |
      | Traefik                 | 100   | 200   |

  @promise.new-share @limit @normal @own-stack @allure.label.story:Share
  Scenario Outline: With <gateway> a new share of <share> % takes a restart of the tool
    Given <gateway> is the gateway
    And an operator has restarted the tool with a share of <share> % on route v2
    When the client sends <count> requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received copies of <share> % of them, none twice

    Examples: gateways with this limit
      | gateway               | share | count |
      | HAProxy with GoReplay | 0     | 200   |
      | HAProxy with GoReplay | 20    | 1000  |
      | HAProxy with GoReplay | 100   | 200   |
      | HAProxy with Teeproxy | 0     | 200   |
      | HAProxy with Teeproxy | 20    | 1000  |
      | HAProxy with Teeproxy | 100   | 200   |

  @policy @critical @allure.label.story:Policy
  Scenario: A gateway that mirrors another share than the policy asks for is noticed
    Given HAProxy with SPOE is the gateway
    And the policy asks for a share of route v2 that differs by 40 points
    When the client sends 1000 requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received copies, but not the share that the policy asks for
