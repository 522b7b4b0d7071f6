@allure.label.epic:Mirroring
Feature: Clients cannot misuse the mirroring
  The marker tells copies from requests. A client can neither keep its requests from being copied
  with a marker of its own, nor choose where a copy goes; and a copy that comes back to the gateway
  is not copied again.

  @promise.forged-marker @critical @allure.label.story:Marker
  Scenario Outline: With <gateway> a client's own marker is replaced, and its request is copied
    Given <gateway> is the gateway
    When the client sends a request with a marker of its own
    Then the copy has the marker
    And the primary's request has no marker

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

  @promise.no-loop @blocker @allure.label.story:Loop
  Scenario Outline: <gateway> does not copy a copy again
    Given <gateway> is the gateway
    When a copy comes back to the gateway
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

  @promise.no-foreign-loop @critical @allure.label.story:Loop
  Scenario Outline: <gateway> does not copy a copy again that another gateway has marked anew
    Given <gateway> is the gateway
    When a copy comes back from a gateway with another secret
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

  @promise.chosen-shadow @critical @allure.label.story:Target
  Scenario Outline: With <gateway> a client can choose neither what is mirrored nor where copies go
    Given <gateway> is the gateway
    When headers of requests on v3 ask for a copy and for another shadow
    Then the client gets the primary's answer to each of them
    And no copy reached the shadow

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
