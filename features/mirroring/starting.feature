@allure.label.epic:Mirroring
Feature: Mirroring starts in any order, and mistakes in its configuration are found
  After a failure services come back in no particular order, and clients must be served from the
  first one on. A mistake in the configuration of the mirroring is found when it is loaded, and the
  message names the place. Otherwise it would show a week later that nothing was mirrored.

  @promise.start-order @critical @own-stack @provokes.worker-exit @allure.label.story:Start
  Scenario Outline: <gateway> serves clients before its mirroring tool and the shadow have started
    Given <gateway> is the gateway
    And the gateway was started before its mirroring tool and the shadow, and got 10 requests
    When the mirroring tool is started next, and the shadow last
    Then each was answered by the primary within 0.5 seconds
    And copies of new requests arrive within 10 seconds

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

  @promise.wrong-configuration @critical @own-stack @allure.label.story:Mistakes
  Scenario Outline: <gateway> refuses <mistake>, and says where it is
    Given <gateway> is the gateway
    When an operator loads a mirroring configuration with <mistake>
    Then it is refused, and the message names the place of the mistake

    Examples: mistakes in what runs beside the gateway
      | gateway                 | mistake                                |
      | HAProxy with SPOE       | a misspelt key of the agent            |
      | HAProxy with a log ring | an incomplete address of the agent     |
      | HAProxy with GoReplay   | a share of 200 %                       |
      | HAProxy with Teeproxy   | a share of 150 %                       |

    Examples: mistakes in the gateway's own part
      | gateway                 | mistake                                |
      | HAProxy with SPOE       | a message with an unknown sample fetch |
      | HAProxy with Lua        | a size in an unknown unit              |
      | HAProxy with Lua        | copies to a shadow that does not exist |
      | HAProxy with a log ring | an unknown protocol of the ring         |
      | Envoy                   | a misspelt key of a route              |
      | Nginx                   | a misspelt directive                   |

  @promise.wrong-configuration @limit @critical @own-stack @allure.label.story:Mistakes
  Scenario Outline: <gateway> keeps its configuration when a change is invalid, and tells only its log
    Given <gateway> is the gateway
    And an operator has set the share of route v2 to an invalid value
    When the client sends 200 requests to "/api/v2/orders"
    Then the client gets the primary's answer to each of them
    And the shadow received exactly the share of copies that the policy asks for, none twice

    Examples: gateways with this limit
      | gateway | mistake                               |
      | Traefik | an invalid share in its configuration |

  @promise.wrong-configuration @limit @critical @own-stack @allure.label.story:Mistakes
  Scenario Outline: <gateway> drops a route whose configuration is invalid, and tells only its log
    Given <gateway> is the gateway
    And an operator has set the share of route v2 to an invalid value
    When the client sends 20 requests to "/api/v2/orders"
    Then the gateway itself refuses each of them
    And no copy reached the shadow

    Examples: gateways with this limit
      | gateway | mistake                               |
      | APISIX  | an invalid share in its configuration |
