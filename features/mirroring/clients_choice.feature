@allure.label.epic:Mirroring
Feature: What is copied, and where copies go, is not the client's choice
  A client knows how copies are marked, and may try what it knows: a marker that is nearly right, a
  header that other gateways obey, a host of its own choice. The policy decides all the same. And who
  has come by the secret of the marker is served no better than anybody.

  @promise.no-opt-out @critical @allure.label.story:Marker
  Scenario Outline: With <gateway> no header keeps a client's request from being copied
    Given <gateway> is the gateway
    When headers of requests on v1 ask not to be copied
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

  @promise.copies-to-the-shadow @blocker @own-stack @allure.label.story:Target
  Scenario Outline: With <gateway> copies go to the shadow alone, whatever host a request names
    Given <gateway> is the gateway
    When requests on v1 name the primary as the place where copies go
    Then the client gets the primary's answer to each of them
    And the primary received each request exactly once
    And the shadow received a copy of each, exactly once

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

  @promise.copies-to-the-shadow @limit @normal @allure.label.story:Target
  Scenario Outline: With <gateway> a request whose target is a URL gets an empty answer
    Given <gateway> is the gateway
    When requests on v1 name the primary as the place where copies go
    Then requests whose target is a URL got 200 without a body, others the primary's answer
    And the shadow received copies of the others, exactly once

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.no-back-door @critical @allure.label.story:Marker
  Scenario Outline: <gateway> refuses what it refuses anyway, with a true marker as well
    Given <gateway> is the gateway
    When the client sends requests that no route serves, with the marker of copies
    Then the gateway itself refuses each of them
    And no service received the requests

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

  @promise.no-tunnel @critical @own-stack @allure.label.story:Target
  Scenario Outline: <gateway> opens no tunnel for a client, to the primary or elsewhere
    Given <gateway> is the gateway
    When the client asks for tunnels, to the primary and elsewhere
    Then the gateway refuses each tunnel
    And no service received the requests

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

  @promise.no-retry-on-demand @critical @allure.label.story:Failing-primary
  Scenario Outline: With <gateway> a client has no say in retries and time limits
    Given <gateway> is the gateway
    And the primary answers 0.2 seconds late, and with errors
    When headers of requests on v1 and v3 ask for retries and short time limits
    Then the primary received each request exactly once
    And the client got the primary's error each time

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
