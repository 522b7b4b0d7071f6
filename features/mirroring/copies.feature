@allure.label.epic:Mirroring
Feature: A copy is what the client sent
  A shadow that gets something else than the primary proves nothing. A copy has the method, the
  target, the headers and the body of its request, and a marker besides. It has no credentials, so
  that a shadow cannot act for users. The request to the primary stays as it was.

  @promise.method @critical @allure.label.story:Request-line
  Scenario Outline: <gateway> keeps all eight methods
    Given <gateway> is the gateway
    When the client sends a request of each method on route v1
    Then each copy has the method, target and body of its request

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

  @promise.target @critical @allure.label.story:Request-line
  Scenario Outline: <gateway> keeps unusual targets byte for byte
    Given <gateway> is the gateway
    When the client sends a request to each unusual target on route v1
    Then each copy has the method, target and body of its request

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |

  @promise.target @limit @normal @allure.label.story:Request-line
  Scenario Outline: <gateway> percent-encodes some characters of a target
    Given <gateway> is the gateway
    When the client sends a GET request to "/api/v1/a|b^c"
    Then the client gets the primary's answer
    And the target of the copy is "/api/v1/a%7Cb%5Ec"

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |

  @promise.target @limit @normal @allure.label.story:Request-line
  Scenario Outline: <gateway> normalizes the path of a request before it forwards and copies it
    Given <gateway> is the gateway
    When the client sends a GET request to "/api/v1/a//b/../c%2fd"
    Then the client gets the primary's answer
    And the target of the copy is "/api/v1/a/c%2Fd"

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.headers @claim.headers @critical @allure.label.story:Headers
  Scenario Outline: <gateway> keeps headers, repeated ones, their order and the host
    Given <gateway> is the gateway
    When the client sends repeated, unusual, long and many headers on route v1
    Then each copy has the headers of its request in their order

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | Nginx                   |
      | APISIX                  |

  @promise.headers @claim.headers @limit @normal @allure.label.story:Headers
  Scenario Outline: <gateway> keeps headers and the host, but not their order, nor an empty User-Agent
    Given <gateway> is the gateway
    When the client sends repeated, unusual, long and many headers on route v1
    Then each copy has the headers of its request, but some in another order

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |

  @promise.headers @claim.headers @limit @normal @allure.label.story:Headers
  Scenario Outline: <gateway> keeps headers and the host, but <change>
    Given <gateway> is the gateway
    When the client sends repeated, unusual, long and many headers on route v1
    Then each copy has its request's headers, but the gateway <change>

    Examples: gateways with this limit
      | gateway | change                               |
      | Envoy   | joins repeats, adds X-Envoy-Internal |
      | Traefik | sorts them, adds X-Forwarded headers |

  @promise.marker @blocker @allure.label.story:Marker
  Scenario Outline: With <gateway> the copy has a marker, and the primary's request has none
    Given <gateway> is the gateway
    When the client sends a GET request to "/api/v1"
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

  @promise.credentials @blocker @allure.label.story:Credentials
  Scenario Outline: With <gateway> credentials reach the primary and not the shadow
    Given <gateway> is the gateway
    When the client sends a request with credentials
    Then the primary received the credentials
    And the copy has no credentials

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

  @promise.credentials @limit @normal @allure.label.story:Credentials
  Scenario Outline: With <gateway> the primary does not get Proxy-Authorization
    Given <gateway> is the gateway
    When the client sends a request with credentials
    Then the primary received the credentials except Proxy-Authorization
    And the copy has no credentials

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.small-bodies @claim.request-body @blocker @allure.label.story:Bodies
  Scenario Outline: <gateway> copies bodies up to 16 KB byte for byte
    Given <gateway> is the gateway
    When the client sends empty, small and binary bodies, and 16 KB, on route v1
    Then each copy has the method, target and body of its request

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

  @promise.large-bodies @claim.request-body @critical @allure.label.story:Bodies
  Scenario Outline: <gateway> copies bodies of 1 MB and 10 MB byte for byte
    Given <gateway> is the gateway
    When the client sends 64 KB, 1 MB and 10 MB on route v1, 5 times
    Then each copy has the method, target and body of its request

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with Lua      |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | Nginx                 |
      | APISIX                |
      | Traefik               |

  @promise.large-bodies @claim.request-body @limit @by-chance @normal @allure.label.story:Bodies
  Scenario Outline: <gateway> copies bodies of 1 MB and 10 MB whole, or not at all
    Given <gateway> is the gateway
    When the client sends 64 KB, 1 MB and 10 MB on route v1
    Then the client gets the primary's answer to each of them
    And each request was copied whole, or counted as incomplete

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.large-bodies @claim.request-body @limit @critical @allure.label.story:Bodies
  Scenario Outline: <gateway> copies no body that is larger than HAProxy's buffer, and counts it
    Given <gateway> is the gateway
    When the client sends 64 KB, 1 MB and 10 MB on route v1
    Then the client gets the primary's answer to each of them
    And no copy reached the shadow
    And the way of mirroring counts 3 requests as cut

    Examples: gateways with this limit
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with a log ring |

  @promise.chunked-bodies @claim.request-body @critical @allure.label.story:Bodies
  Scenario Outline: <gateway> copies a body that comes in chunks byte for byte
    Given <gateway> is the gateway
    When the client sends 20 bodies in chunks on route v1
    Then the client gets the primary's answer to each of them
    And each copy has the method, target and body of its request

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.chunked-bodies @claim.request-body @limit @by-chance @normal @allure.label.story:Bodies
  Scenario Outline: <gateway> copies a body that comes in chunks whole, or not at all
    Given <gateway> is the gateway
    When the client sends 20 bodies in chunks on route v1
    Then the client gets the primary's answer to each of them
    And each request was copied whole, or counted as incomplete

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.primary-untouched @critical @allure.label.story:Primary
  Scenario Outline: With <gateway> the primary gets the same request, mirrored or not
    Given <gateway> is the gateway
    When the client sends the same requests on the mirrored route v1 and on v3
    Then the primary received the same on both routes

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

  @promise.primary-untouched @limit @critical @allure.label.story:Primary
  Scenario Outline: With <gateway> the primary gets mirrored requests with headers in another order
    Given <gateway> is the gateway
    When the client sends the same requests on the mirrored route v1 and on v3
    Then the primary received the same headers on both routes, but some in another order

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
