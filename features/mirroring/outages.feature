@allure.label.epic:Mirroring
Feature: What comes right after an outage, or is queued at the end, is copied
  Who watches a shadow that is back wants to see all of its traffic at once. And who ends the
  mirroring in good order expects that what it has taken reaches the shadow.

  @promise.crowd-after-outage @critical @allure.label.story:Shadow
  Scenario Outline: <gateway> copies the requests of 100 clients right after the shadow is back
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again and 100 clients send at once
    Then the client gets the primary's answer to each of them
    And the last 100 requests were copied, each exactly once

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | Nginx                 |
      | APISIX                |
      | Traefik               |

  @promise.crowd-after-outage @limit @by-chance @normal @allure.label.story:Shadow
  Scenario Outline: <gateway> leaves a shadow alone for half a second more, and counts what it drops
    Given <gateway> is the gateway
    And the shadow refused connections while 50 requests were sent
    When the shadow accepts connections again and 100 clients send at once
    Then the way of mirroring accounts for 150 requests
    And copies of new requests arrive within 5 seconds

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |

  @promise.end-sends-waiting @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: When <gateway> is ended in good order, the copies in its queue are sent
    Given <gateway> is the gateway
    And the shadow answers 2 seconds late
    When 160 requests are sent on v1, and who makes the copies is ended
    Then the client gets the primary's answer to each of them
    And the last 160 requests were copied, each exactly once

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |

  @promise.end-sends-waiting @limit @by-chance @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: When <gateway> is ended in good order, copies in its queue may be lost
    Given <gateway> is the gateway
    And the shadow answers 2 seconds late
    When 160 requests are sent on v1, and who makes the copies is ended
    Then the client gets the primary's answer to each of them
    And some of the last 160 requests may lack a copy, and none has two

    Examples: gateways with this limit
      | gateway          |
      | HAProxy with Lua |

  @promise.end-sends-waiting @limit @rare @critical @own-stack @allure.label.story:Mirroring-tool
  Scenario Outline: When <gateway> is ended in good order, a copy is cut off now and then
    Given <gateway> is the gateway
    And the shadow answers 2 seconds late
    When 160 requests are sent on v1, and who makes the copies is ended
    Then the client gets the primary's answer to each of them
    And some of the last 160 requests may lack a copy, and none has two

    Examples: gateways with this limit, which hardly a run shows
      | gateway               |
      | HAProxy with GoReplay |
      | Traefik               |
