@allure.label.epic:Mirroring
Feature: Whatever happens to the shadow, clients notice nothing
  Requests on v1, which is mirrored, and on v3, which is not, are sent alternately, by one client and
  by 50 at once, over new and kept connections. All are answered by the primary, and on v1 as fast as
  on v3: in the median and in the slowest tenth, v1 may be 5 ms slower, or half as slow again; on a
  busy machine, by as much again as it spreads the answers on v3. None comes 0.5 s late. A tool that
  acknowledges late, or a queue that fills, shows here before clients complain. Each scenario also
  proves that the failure was real.

  @blocker @own-stack @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that <failure> costs clients no time
    Given <gateway> is the gateway
    And the shadow <failure>
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then each was answered by the primary, on v1 as fast as on v3
    And the shadow really failed

    @promise.shadow-late @claim.fire-and-forget
    Examples: a shadow that answers 2 seconds late
      | gateway                 | failure                |
      | HAProxy with SPOE       | answers 2 seconds late |
      | HAProxy with Lua        | answers 2 seconds late |
      | HAProxy with a log ring | answers 2 seconds late |
      | HAProxy with GoReplay   | answers 2 seconds late |
      | HAProxy with Teeproxy   | answers 2 seconds late |
      | Envoy                   | answers 2 seconds late |
      | APISIX                  | answers 2 seconds late |
      | Traefik                 | answers 2 seconds late |

    @promise.shadow-silent @claim.fire-and-forget
    Examples: a shadow that never answers
      | gateway                 | failure       |
      | HAProxy with SPOE       | never answers |
      | HAProxy with Lua        | never answers |
      | HAProxy with a log ring | never answers |
      | HAProxy with GoReplay   | never answers |
      | HAProxy with Teeproxy   | never answers |
      | Envoy                   | never answers |
      | APISIX                  | never answers |
      | Traefik                 | never answers |

    @promise.shadow-refusing @claim.fire-and-forget
    Examples: a shadow that refuses connections
      | gateway                 | failure             |
      | HAProxy with SPOE       | refuses connections |
      | HAProxy with Lua        | refuses connections |
      | HAProxy with a log ring | refuses connections |
      | HAProxy with GoReplay   | refuses connections |
      | HAProxy with Teeproxy   | refuses connections |
      | Envoy                   | refuses connections |
      | Nginx                   | refuses connections |
      | APISIX                  | refuses connections |
      | Traefik                 | refuses connections |

    @promise.shadow-gone @claim.fire-and-forget
    Examples: a shadow that is gone
      | gateway                 | failure |
      | HAProxy with SPOE       | is gone |
      | HAProxy with Lua        | is gone |
      | HAProxy with a log ring | is gone |
      | HAProxy with GoReplay   | is gone |
      | HAProxy with Teeproxy   | is gone |
      | Envoy                   | is gone |
      | APISIX                  | is gone |
      | Traefik                 | is gone |

    @promise.shadow-frozen @claim.fire-and-forget
    Examples: a shadow that is frozen
      | gateway                 | failure   |
      | HAProxy with SPOE       | is frozen |
      | HAProxy with Lua        | is frozen |
      | HAProxy with a log ring | is frozen |
      | HAProxy with GoReplay   | is frozen |
      | HAProxy with Teeproxy   | is frozen |
      | Envoy                   | is frozen |
      | APISIX                  | is frozen |
      | Traefik                 | is frozen |

    @promise.shadow-resetting @claim.fire-and-forget
    Examples: a shadow that resets every connection
      | gateway                 | failure                 |
      | HAProxy with SPOE       | resets every connection |
      | HAProxy with Lua        | resets every connection |
      | HAProxy with a log ring | resets every connection |
      | HAProxy with GoReplay   | resets every connection |
      | HAProxy with Teeproxy   | resets every connection |
      | Envoy                   | resets every connection |
      | Nginx                   | resets every connection |
      | APISIX                  | resets every connection |
      | Traefik                 | resets every connection |

    @promise.shadow-erring @claim.fire-and-forget
    Examples: a shadow that answers with an error
      | gateway                 | failure               |
      | HAProxy with SPOE       | answers with an error |
      | HAProxy with Lua        | answers with an error |
      | HAProxy with a log ring | answers with an error |
      | HAProxy with GoReplay   | answers with an error |
      | HAProxy with Teeproxy   | answers with an error |
      | Envoy                   | answers with an error |
      | Nginx                   | answers with an error |
      | APISIX                  | answers with an error |
      | Traefik                 | answers with an error |

    @promise.shadow-breaking @claim.fire-and-forget
    Examples: a shadow that breaks off every answer
      | gateway                 | failure                 |
      | HAProxy with SPOE       | breaks off every answer |
      | HAProxy with Lua        | breaks off every answer |
      | HAProxy with a log ring | breaks off every answer |
      | HAProxy with GoReplay   | breaks off every answer |
      | HAProxy with Teeproxy   | breaks off every answer |
      | Envoy                   | breaks off every answer |
      | Nginx                   | breaks off every answer |
      | APISIX                  | breaks off every answer |
      | Traefik                 | breaks off every answer |

    @promise.shadow-stalling @claim.fire-and-forget
    Examples: a shadow that stops in the middle of each answer
      | gateway                 | failure                            |
      | HAProxy with SPOE       | stops in the middle of each answer |
      | HAProxy with Lua        | stops in the middle of each answer |
      | HAProxy with a log ring | stops in the middle of each answer |
      | HAProxy with GoReplay   | stops in the middle of each answer |
      | HAProxy with Teeproxy   | stops in the middle of each answer |
      | Envoy                   | stops in the middle of each answer |
      | Nginx                   | stops in the middle of each answer |
      | APISIX                  | stops in the middle of each answer |
      | Traefik                 | stops in the middle of each answer |

    @quiet @promise.shadow-verbose @claim.fire-and-forget
    Examples: a shadow that answers with 300 KB
      | gateway                 | failure             |
      | HAProxy with SPOE       | answers with 300 KB |
      | HAProxy with Lua        | answers with 300 KB |
      | HAProxy with a log ring | answers with 300 KB |
      | HAProxy with GoReplay   | answers with 300 KB |
      | HAProxy with Teeproxy   | answers with 300 KB |
      | Envoy                   | answers with 300 KB |
      | Nginx                   | answers with 300 KB |
      | APISIX                  | answers with 300 KB |
      | Traefik                 | answers with 300 KB |

  @limit @critical @own-stack @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that <failure> delays the next request on a connection
    Given <gateway> is the gateway
    And the shadow <failure>
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then on v1 only later requests on a connection were late, by 2 seconds at most
    And the shadow really failed

    @promise.shadow-late @claim.fire-and-forget
    Examples: gateways with this limit, a shadow that answers 2 seconds late
      | gateway | failure                |
      | Nginx   | answers 2 seconds late |

    @promise.shadow-silent @claim.fire-and-forget
    Examples: gateways with this limit, a shadow that never answers
      | gateway | failure       |
      | Nginx   | never answers |

    @promise.shadow-frozen @claim.fire-and-forget
    Examples: gateways with this limit, a shadow that is frozen
      | gateway | failure   |
      | Nginx   | is frozen |

  @promise.shadow-gone @claim.fire-and-forget @limit @rare @critical @own-stack @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that is gone may delay the next request on a connection
    Given <gateway> is the gateway
    And the shadow is gone
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then each was answered by the primary within 0.5 seconds
    And the shadow really failed

    Examples: gateways with this limit, where nobody refuses connections in its place
      | gateway |
      | Nginx   |

  @cure @normal @own-stack @allure.label.story:Shadow
  Scenario: Nginx without keep-alive on mirrored routes is not delayed by a late shadow
    Given Nginx is the gateway
    And an operator has disabled keep-alive on mirrored routes
    And the shadow answers 2 seconds late
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then each was answered by the primary, on v1 as fast as on v3

  @promise.slow-reader @claim.fire-and-forget @critical @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that reads slowly does not slow down large uploads
    Given <gateway> is the gateway
    And the shadow reads slowly
    When the client sends bodies of 10 MB on v1 and v3
    Then each was answered by the primary within 3 seconds
    And the shadow is still reading

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with Lua      |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | APISIX                |
      | Traefik               |

  @promise.slow-reader @claim.fire-and-forget @limit @critical @allure.label.story:Shadow
  Scenario Outline: With <gateway> a client's next answer comes only after the shadow has read a large upload
    Given <gateway> is the gateway
    And the shadow reads slowly
    When the client uploads 10 MB on v1, then gives a request 1 second
    Then the upload was answered within 3 seconds, and the request was not
    And the shadow is still reading

    Examples: gateways with this limit
      | gateway |
      | Nginx   |

  @promise.shadow-back @critical @allure.label.story:Shadow
  Scenario Outline: With <gateway> copies flow again when the shadow is back
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again
    Then copies of new requests arrive within 5 seconds

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

  @promise.tool-dead @blocker @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> clients are served as before while the mirroring tool is dead
    Given <gateway> is the gateway
    And the mirroring tool was stopped
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then each was answered by the primary, on v1 as fast as on v3
    And nothing is mirrored while the tool is away

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |

  @promise.tool-dead @limit @by-chance @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> a client may be kept waiting for 1 or 2 seconds once the mirroring tool has died
    Given <gateway> is the gateway
    And the mirroring tool was stopped
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then each was answered by the primary, 0 to 4 after 0.5 to 3 seconds
    And nothing is mirrored while the tool is away

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.tool-frozen @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> clients are served as before while the mirroring tool is frozen
    Given <gateway> is the gateway
    And the mirroring tool was frozen
    When 400 requests each are sent on v1 and v3, by one client and by 50
    Then each was answered by the primary, on v1 as fast as on v3
    And nothing is mirrored while the tool is away

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |

  @promise.tool-frozen @limit @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> a client gets no answer while the mirroring tool is frozen
    Given <gateway> is the gateway
    And the mirroring tool was frozen
    When the client sends a request on route v1 and gives up after 1 second
    Then the client got no answer in that time

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.tool-back @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: With <gateway> copies flow again when the mirroring tool is back
    Given <gateway> is the gateway
    And the mirroring tool was stopped
    When the mirroring tool is started again
    Then copies of new requests arrive within 10 seconds

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
