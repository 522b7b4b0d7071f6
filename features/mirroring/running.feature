@allure.label.epic:Mirroring
Feature: Mirroring can be operated: it counts, it withstands load, it can be reloaded
  Who runs a mirror wants to know what it did, and wants it to hold when traffic is heavy, when
  the shadow is dead, and when the configuration changes.

  @promise.account @critical @allure.label.story:Account
  Scenario Outline: <gateway> counts each request, whether its copy arrived or not
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again and 100 requests are sent
    Then the way of mirroring accounts for 150 requests
    And it counts as sent exactly the copies that the shadow received

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | Traefik                 |

  @promise.account @limit @critical @allure.label.story:Account
  Scenario Outline: <gateway> counts no copies, and logs only those that failed
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again and 100 requests are sent
    Then neither a figure nor the log tells of the copies that were sent

    Examples: gateways with this limit
      | gateway |
      | APISIX  |

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

  @promise.load-at-once @critical @load @quiet @allure.label.story:Load
  Scenario Outline: <gateway> copies each of 2000 requests that come from 20 clients at once
    Given <gateway> is the gateway
    When 20 clients send 2000 requests on v1, over new connections
    Then the client gets the primary's answer to each of them
    And every request was copied exactly once

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

  # Its share is a count. Of two requests at once the second may be counted first, and the first then
  # has no copy: one of some ten thousand, after each start and each change of its routes.
  @promise.load-at-once @limit @rare @critical @load @quiet @allure.label.story:Load
  Scenario Outline: <gateway> may leave a few requests without a copy that come from 20 clients at once
    Given <gateway> is the gateway
    When 20 clients send 2000 requests on v1, over new connections
    Then the client gets the primary's answer to each of them
    And 0 to 3 copies were lost, and none came twice

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.load-without-shadow @critical @load @own-stack @allure.label.story:Load
  Scenario Outline: <gateway> serves 2000 requests while the shadow is dead, within bounded memory
    Given <gateway> is the gateway
    And the shadow refuses connections
    When the client sends 2000 requests to "/api/v1" as fast as it can
    Then the client gets the primary's answer to each of them
    And gateway and tool grew by at most 64 MB of memory and 200 open files

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
    And every request was copied exactly once

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with SPOE     |
      | HAProxy with Lua      |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |
      | Envoy                 |

  @promise.reload @limit @by-chance @critical @own-stack @allure.label.story:Reload
  Scenario Outline: A reload of <gateway> under traffic may break off a few requests on kept connections
    Given <gateway> is the gateway
    When the gateway is reloaded under traffic, 25 times or until a request is lost
    Then 1 to 8 requests got no answer, and all others the primary's
    And 0 to 20 copies were lost, and none came twice

    Examples: gateways with this limit
      | gateway |
      | Nginx   |
      | APISIX  |

  @promise.reload @limit @by-chance @critical @own-stack @allure.label.story:Reload
  Scenario Outline: A reload of <gateway> under traffic loses no request, but may lose a few copies
    Given <gateway> is the gateway
    When the gateway is reloaded under traffic, 25 times or until a copy is lost
    Then the client gets the primary's answer to each of them
    And 1 to 20 copies were lost, and none came twice

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with a log ring |

  # It is counted anew: what comes first then is what may have no copy (load-at-once, above).
  @promise.reload @limit @rare @critical @own-stack @allure.label.story:Reload
  Scenario Outline: A reload of <gateway> under traffic loses no request, and seldom one copy
    Given <gateway> is the gateway
    And clients send requests on route v1 without a pause
    When the gateway is reloaded
    Then every request of these clients got the primary's answer
    And 0 to 3 copies were lost, and none came twice

    Examples: gateways with this limit
      | gateway |
      | Traefik |

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
  Scenario Outline: With <gateway> copies that are lost while the tool is restarted are not counted
    Given <gateway> is the gateway
    When the mirroring tool is restarted while clients send requests on v1 without a pause
    Then each was answered by the primary within 0.5 seconds
    And copies were lost, and no figure counts them

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.tool-restarted @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> a restart of the tool breaks off requests, or delays them by seconds
    Given <gateway> is the gateway
    When the mirroring tool is restarted while clients send requests on v1 without a pause
    Then 1 to 8 requests were broken off, or answered after 0.5 to 5 seconds
    # Of copies, it loses none or nearly all, as it happens.

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.tool-frozen-under-load @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: <gateway> loses hardly a copy while its tool is frozen under load
    Given <gateway> is the gateway
    When 400 bodies of 40 KB are sent while the tool is frozen, then 20 requests
    Then each was answered by the primary within 0.5 seconds
    And 0 to 3 copies were lost, and none came twice

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with GoReplay |

  @promise.tool-frozen-under-load @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: <gateway> loses copies while its tool is frozen under load, and counts each
    Given <gateway> is the gateway
    When 400 bodies of 40 KB are sent while the tool is frozen, then 20 requests
    Then each was answered by the primary within 0.5 seconds
    And copies were lost
    And each request without a copy was counted as lost

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |

  @promise.tool-frozen-under-load @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> a client gets no answer while its tool is frozen under load
    Given <gateway> is the gateway
    When 400 bodies of 40 KB are sent while the tool is frozen, then 20 requests
    Then 1 to 8 requests were broken off, or answered after 0.5 to 5 seconds
    # Then the gateway's health check passes the tool by, and nothing is mirrored.

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
