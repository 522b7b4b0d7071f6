@allure.label.epic:Mirroring
Feature: Each fate of a copy has a figure of its own
  A shadow that is late needs another cure than one that is gone, and a request that was not drawn
  is no failure at all. Who reads that copies are missing must read why as well. And figures are for
  who runs the gateway, not for its clients.

  @critical @allure.label.story:Fates
  Scenario Outline: <gateway> has a figure of its own for copies to a shadow that <failure>
    Given <gateway> is the gateway
    When the client sends 3 requests, copied to a shadow that <failure>
    Then a figure that is for nothing else counts exactly these

    @promise.counted-late
    Examples: a shadow that answers too late
      | gateway                 | failure          |
      | HAProxy with SPOE       | answers too late |
      | HAProxy with Lua        | answers too late |
      | HAProxy with a log ring | answers too late |
      | Envoy                   | answers too late |
      | Nginx                   | answers too late |
      | Traefik                 | answers too late |

    @promise.counted-refused
    Examples: a shadow that does not listen
      | gateway                 | failure         |
      | HAProxy with SPOE       | does not listen |
      | HAProxy with Lua        | does not listen |
      | HAProxy with a log ring | does not listen |
      | HAProxy with Teeproxy   | does not listen |
      | Envoy                   | does not listen |

    @promise.counted-reset
    Examples: a shadow that hangs up
      | gateway                 | failure  |
      | HAProxy with SPOE       | hangs up |
      | HAProxy with Lua        | hangs up |
      | HAProxy with a log ring | hangs up |
      | Envoy                   | hangs up |

    @promise.counted-error
    Examples: a shadow that answers with errors
      | gateway                 | failure             |
      | HAProxy with SPOE       | answers with errors |
      | HAProxy with a log ring | answers with errors |
      | HAProxy with GoReplay   | answers with errors |
      | HAProxy with Teeproxy   | answers with errors |
      | Envoy                   | answers with errors |
      | Nginx                   | answers with errors |
      | Traefik                 | answers with errors |

  @limit @normal @allure.label.story:Fates
  Scenario Outline: <gateway> counts copies to a shadow that <failure> together with other failures
    Given <gateway> is the gateway
    When the client sends 3 requests, copied to a shadow that <failure>
    Then a figure that is for other failures, too, counts these

    @promise.counted-late
    Examples: gateways with this limit, a shadow that answers too late
      | gateway               | failure          |
      | HAProxy with GoReplay | answers too late |
      | HAProxy with Teeproxy | answers too late |

    @promise.counted-refused
    Examples: gateways with this limit, a shadow that does not listen
      | gateway               | failure         |
      | HAProxy with GoReplay | does not listen |
      | Nginx                 | does not listen |
      | Traefik               | does not listen |

    @promise.counted-reset
    Examples: gateways with this limit, a shadow that hangs up
      | gateway               | failure  |
      | HAProxy with GoReplay | hangs up |
      | HAProxy with Teeproxy | hangs up |
      | Nginx                 | hangs up |
      | Traefik               | hangs up |

  @limit @normal @allure.label.story:Fates
  Scenario Outline: <gateway> has no figure that tells of a shadow that <failure>
    Given <gateway> is the gateway
    When the client sends 3 requests, copied to a shadow that <failure>
    Then no figure tells of these

    @promise.counted-late
    Examples: gateways without this figure, a shadow that answers too late
      | gateway | failure          |
      | APISIX  | answers too late |

    @promise.counted-refused
    Examples: gateways without this figure, a shadow that does not listen
      | gateway | failure         |
      | APISIX  | does not listen |

    @promise.counted-reset
    Examples: gateways without this figure, a shadow that hangs up
      | gateway | failure  |
      | APISIX  | hangs up |

    @promise.counted-error
    Examples: gateways without this figure, a shadow that answers with errors
      | gateway          | failure             |
      | HAProxy with Lua | answers with errors |
      | APISIX           | answers with errors |

  @promise.counted-not-drawn @normal @allure.label.story:Fates
  Scenario Outline: <gateway> counts the requests on route v2 that chance left out
    Given <gateway> is the gateway
    When the client sends 40 requests on v2, and half are left out by chance
    Then a figure that is for nothing else counts exactly these

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |

  @promise.counted-not-drawn @limit @minor @allure.label.story:Fates
  Scenario Outline: <gateway> counts no requests on route v2 that were left out
    Given <gateway> is the gateway
    When the client sends 40 requests on v2, and half are left out by chance
    Then no figure tells of these

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Lua      |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | Nginx                 |
      | APISIX                |
      | Traefik               |

  @promise.counted-loop @normal @allure.label.story:Fates
  Scenario Outline: <gateway> counts copies that come back
    Given <gateway> is the gateway
    When 3 copies have come back to the gateway
    Then a figure that is for nothing else counts exactly these

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |

  @promise.counted-loop @limit @normal @allure.label.story:Fates
  Scenario Outline: <gateway> does not tell copies that come back from requests
    Given <gateway> is the gateway
    When 3 copies have come back to the gateway
    Then no figure tells of these

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | Nginx                 |
      | APISIX                |
      | Traefik               |

  @normal @own-stack @allure.label.story:Queue
  Scenario Outline: <gateway> counts copies for which its queue has no room, <by>
    Given <gateway> is the gateway
    And an operator has given copies little room, <by>
    When the client sends 8 requests on v1 while the shadow is late
    Then a figure that is for nothing else counts those without room

    @promise.counted-queue-items
    Examples: a bound by their number
      | gateway                 | by              |
      | HAProxy with SPOE       | by their number |
      | HAProxy with Lua        | by their number |
      | HAProxy with a log ring | by their number |
      | Envoy                   | by their number |

    @promise.counted-queue-bytes
    Examples: a bound by their bytes
      | gateway                 | by             |
      | HAProxy with SPOE       | by their bytes |
      | HAProxy with Lua        | by their bytes |
      | HAProxy with a log ring | by their bytes |

  @promise.figures-hidden @critical @allure.label.story:Access
  Scenario Outline: <gateway> shows its figures to no client
    Given <gateway> is the gateway
    When the client asks for figures, health and controls at their usual paths
    Then the gateway refuses each of them as not found

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

  @promise.figures-locked @critical @allure.label.story:Access
  Scenario Outline: <gateway> refuses its figures to who has no password
    Given <gateway> is the gateway
    When somebody without a password asks for the gateway's figures
    Then the figures are refused to everybody without it

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |

  @promise.figures-locked @limit @normal @allure.label.story:Access
  Scenario Outline: <gateway> shows its figures to whoever reaches them, and takes no orders there
    Given <gateway> is the gateway
    When somebody without a password asks for the gateway's figures
    Then the figures are shown, and orders to the gateway are refused

    Examples: gateways with this limit
      | gateway |
      | Envoy   |
      | Traefik |
