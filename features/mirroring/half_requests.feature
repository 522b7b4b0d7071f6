@allure.label.epic:Mirroring
Feature: Half a request is no request
  Clients break off uploads, primaries and shadows reset them. Who counts or stores what arrived must
  not take the half for the whole; and what becomes of a copy is nothing to clients.

  @promise.cut-upload @critical @allure.label.story:Uploads
  Scenario Outline: With <gateway> an upload that its client breaks off passes for whole nowhere
    Given <gateway> is the gateway
    When clients break off uploads on v1, small and large, with a length and in chunks
    Then neither primary nor shadow takes half a request for a whole one

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.cut-upload @limit @by-chance @critical @allure.label.story:Uploads
  Scenario Outline: With <gateway> an upload in chunks that its client breaks off may be copied as whole
    Given <gateway> is the gateway
    When clients break off uploads on v1, small and large, with a length and in chunks
    Then only copies of uploads in chunks pass for whole, and the primary takes none

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.primary-cuts-upload @critical @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> an upload that the primary resets fails for the client, once
    Given <gateway> is the gateway
    And the primary resets uploads in the middle
    When the client uploads 200 KB on v1 and v3, with a length and in chunks
    Then each upload failed for the client, and reached the primary once
    And neither primary nor shadow takes half a request for a whole one

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.primary-cuts-upload @limit @critical @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> an upload that the primary resets looks like a success
    Given <gateway> is the gateway
    And the primary resets uploads in the middle
    When the client uploads 200 KB on v1 and v3, with a length and in chunks
    Then each upload on v1 got an empty answer with status 200
    And neither primary nor shadow takes half a request for a whole one

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.shadow-cuts-upload @claim.fire-and-forget @critical @allure.label.story:Shadow
  Scenario Outline: With <gateway> a shadow that <failure> harms no client, and no later copy
    Given <gateway> is the gateway
    And the shadow <failure>
    When the client sends 20 bodies of 40 KB on v1
    Then the client gets the primary's answer to each of them
    And the shadow really broke off uploads, and gets copies of new requests

    Examples: a shadow that resets uploads before it reads them
      | gateway                 | failure                             |
      | HAProxy with SPOE       | resets uploads before it reads them |
      | HAProxy with Lua        | resets uploads before it reads them |
      | HAProxy with a log ring | resets uploads before it reads them |
      | HAProxy with GoReplay   | resets uploads before it reads them |
      | HAProxy with Teeproxy   | resets uploads before it reads them |
      | Envoy                   | resets uploads before it reads them |
      | Nginx                   | resets uploads before it reads them |
      | APISIX                  | resets uploads before it reads them |
      | Traefik                 | resets uploads before it reads them |

    Examples: a shadow that resets uploads in the middle
      | gateway                 | failure                      |
      | HAProxy with SPOE       | resets uploads in the middle |
      | HAProxy with Lua        | resets uploads in the middle |
      | HAProxy with a log ring | resets uploads in the middle |
      | HAProxy with GoReplay   | resets uploads in the middle |
      | HAProxy with Teeproxy   | resets uploads in the middle |
      | Envoy                   | resets uploads in the middle |
      | Nginx                   | resets uploads in the middle |
      | APISIX                  | resets uploads in the middle |
      | Traefik                 | resets uploads in the middle |

    Examples: a shadow that answers uploads before it has read them
      | gateway                 | failure                                 |
      | HAProxy with SPOE       | answers uploads before it has read them |
      | HAProxy with Lua        | answers uploads before it has read them |
      | HAProxy with a log ring | answers uploads before it has read them |
      | HAProxy with GoReplay   | answers uploads before it has read them |
      | HAProxy with Teeproxy   | answers uploads before it has read them |
      | Envoy                   | answers uploads before it has read them |
      | Nginx                   | answers uploads before it has read them |
      | APISIX                  | answers uploads before it has read them |
      | Traefik                 | answers uploads before it has read them |
