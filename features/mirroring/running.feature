@allure.label.epic:Mirroring
Feature: Mirroring can be operated: it counts, it bears load, it can be reloaded
  Who runs a mirror wants to know what it did, and wants it to hold when traffic is heavy, when
  the shadow is dead, and when the configuration changes.

  @promise.account @critical @allure.label.story:Account
  Scenario Outline: <gateway> counts each request, whether its copy arrived or not
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again and 100 requests are sent
    Then the way of mirroring accounts for 150 requests
    And it counts as sent just those whose copies the shadow received

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Traefik                 |

  @promise.account @limit @normal @allure.label.story:Account
  Scenario Outline: <gateway> has no figures of copies, but its log has a line for each
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again and 100 requests are sent
    Then the way of mirroring accounts for 150 requests
    And it counts as sent just those whose copies the shadow received

    Examples: gateways with this limit
      | gateway |
      | Nginx   |

  @promise.load @critical @load @allure.label.story:Load
  Scenario Outline: <gateway> copies 2000 requests that come as fast as a client can send
    Given <gateway> is the gateway
    When the client sends 2000 requests to "/api/v1" as fast as it can
    Then the client gets the primary's answer to each of them
    And the shadow received a copy of each, exactly once

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

  @promise.load-without-shadow @critical @load @own-stack @allure.label.story:Load
  Scenario Outline: <gateway> bears 2000 requests while the shadow is dead, and grows no further
    Given <gateway> is the gateway
    And the shadow refuses connections
    When the client sends 2000 requests to "/api/v1" as fast as it can
    Then the client gets the primary's answer to each of them
    And memory and open files of gateway and tool have grown by 64 MB and 200 at most

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

  @promise.reload @blocker @own-stack @allure.label.story:Reload
  Scenario Outline: A reload of <gateway> under traffic loses no request and no copy
    Given <gateway> is the gateway
    And clients send requests on route v1 without a pause
    When the gateway is reloaded
    Then every request of these clients got the primary's answer
    And at most 0 of these requests have no copy, and none has two

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with SPOE     |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |

  @promise.reload @limit @critical @own-stack @allure.label.story:Reload
  Scenario Outline: A reload of <gateway> under traffic may break off a few requests on kept connections
    Given <gateway> is the gateway
    And clients send requests on route v1 without a pause
    When the gateway is reloaded
    Then at most 8 requests of these clients got no answer, and all others the primary's
    And at most 20 of these requests have no copy, and none has two

    Examples: gateways with this limit
      | gateway |
      | Nginx   |

  @promise.reload @limit @critical @own-stack @allure.label.story:Reload
  Scenario Outline: A reload of <gateway> under traffic loses no request, but may lose a few copies
    Given <gateway> is the gateway
    And clients send requests on route v1 without a pause
    When the gateway is reloaded
    Then every request of these clients got the primary's answer
    And at most 20 of these requests have no copy, and none has two

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with Lua        |
      | HAProxy with a log ring |

  @promise.tool-restarted @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> each copy that is lost while the tool is restarted is counted
    Given <gateway> is the gateway
    When the mirroring tool is restarted while clients send requests on v1 without a pause
    Then each was answered by the primary within 0.5 seconds
    And each request without a copy was counted as lost

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |

  @promise.tool-restarted @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> nobody counts the copies that are lost while the tool is restarted
    Given <gateway> is the gateway
    When the mirroring tool is restarted while clients send requests on v1 without a pause
    Then each was answered by the primary within 0.5 seconds
    And copies were lost, and nobody has counted them

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.tool-restarted @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> a restart of the tool breaks off requests, or delays them by seconds
    Given <gateway> is the gateway
    When the mirroring tool is restarted while clients send requests on v1 without a pause
    Then 1 to 8 of these requests were broken off, or answered after 0.5 to 5 seconds
    # Of copies, it loses none or nearly all, as it happens.

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.tool-frozen-under-load @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: <gateway> loses no copy while its tool is frozen under load
    Given <gateway> is the gateway
    When 400 bodies of 40 KB are sent while the mirroring tool is frozen, and 20 requests later
    Then each was answered by the primary within 0.5 seconds
    And at most 0 of these requests have no copy, and none has two

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with GoReplay |

  @promise.tool-frozen-under-load @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: <gateway> loses copies while its tool is frozen under load, and counts each
    Given <gateway> is the gateway
    When 400 bodies of 40 KB are sent while the mirroring tool is frozen, and 20 requests later
    Then each was answered by the primary within 0.5 seconds
    And copies were lost
    And each request without a copy was counted as lost

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
