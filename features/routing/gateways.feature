@allure.label.epic:Routing
Feature: Every gateway routes alike
  Who compares ways of mirroring compares gateways as well. Each promise of routing lists the
  gateways that keep it; below it stands, as its limit, what the others do instead. The
  other two features of routing look at HAProxy more closely.

  @promise.routes @blocker @allure.label.story:Routes
  Scenario Outline: <gateway> sends each request to the primary on the route that its path names
    Given <gateway> is the gateway
    When the client sends requests to the edges of each route
    Then the client gets the primary's answer to each of them
    And the primary received each on the route of its path

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.unknown-paths @critical @allure.label.story:Refusals
  Scenario Outline: <gateway> refuses requests that belong to no route
    Given <gateway> is the gateway
    When the client sends requests to paths outside the routes
    Then the gateway refuses each of them as not found
    And no service received the requests

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.methods @critical @allure.label.story:Refusals
  Scenario Outline: <gateway> refuses methods that a route does not offer, and names those it offers
    Given <gateway> is the gateway
    When the client sends requests with methods that their routes do not offer
    Then the gateway refuses each of them and names the methods of its route
    And no service received the requests

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.primary-bodies @blocker @allure.label.story:Bodies
  Scenario Outline: Through <gateway> bodies reach the primary byte for byte
    Given <gateway> is the gateway
    When the client sends bodies of all kinds and sizes on route v3
    Then the client gets the primary's answer to each of them
    And the primary received the method and body of each request

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.primary-targets @critical @allure.label.story:Targets
  Scenario Outline: Through <gateway> unusual targets reach the primary byte for byte
    Given <gateway> is the gateway
    When the client sends a request to each unusual target on route v1
    Then the client gets the primary's answer to each of them
    And the primary received the target of each request

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |

  @promise.primary-targets @limit @normal @allure.label.story:Targets
  Scenario Outline: Through <gateway> the primary gets some targets rewritten
    Given <gateway> is the gateway
    When the client sends a request to each unusual target on route v1
    Then the client gets the primary's answer to each of them
    And the primary received another target for some of the requests

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | Traefik               |

  @promise.primary-headers @critical @allure.label.story:Headers
  Scenario Outline: Through <gateway> headers reach the primary unchanged
    Given <gateway> is the gateway
    When the client sends repeated, unusual, long and many headers on route v1
    Then the client gets the primary's answer to each of them
    And the primary received the headers of each request

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | Nginx                   |

  @promise.primary-headers @limit @normal @allure.label.story:Headers
  Scenario Outline: Through <gateway> headers reach the primary reordered, joined or with additions
    Given <gateway> is the gateway
    When the client sends repeated, unusual, long and many headers on route v1
    Then the client gets the primary's answer to each of them
    And the primary received other headers for some of the requests

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | APISIX                |
      | Traefik               |

  @promise.request-id @normal @allure.label.story:Request-id
  Scenario Outline: <gateway> gives a request without an id a unique one
    Given <gateway> is the gateway
    When the client sends 20 requests to "/api/v1" without an id
    Then the primary received 20 requests, each with an id of its own

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |

  @promise.request-id @limit @normal @allure.label.story:Request-id
  Scenario Outline: <gateway> gives no ids to requests
    Given <gateway> is the gateway
    When the client sends 20 requests to "/api/v1" without an id
    Then the primary received 20 requests without an id

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.client-address @normal @allure.label.story:What-the-gateway-adds
  Scenario Outline: Through <gateway> the primary learns the client's address, whatever the client claims
    Given <gateway> is the gateway
    When the client sends a request that claims to come from "203.0.113.9"
    Then the primary received one client address, and it is not "203.0.113.9"

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.claimed-route @critical @allure.label.story:What-the-gateway-adds
  Scenario Outline: With <gateway> a client cannot choose the route with a header
    Given <gateway> is the gateway
    When the client sends a request on route v3 that claims to be on route v1
    Then the client gets the primary's answer
    And the primary received the request on route v3

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |

  @promise.software-hidden @minor @allure.label.story:What-the-gateway-adds
  Scenario Outline: No answer through <gateway> tells which software it is
    Given <gateway> is the gateway
    When the client sends a request that is served and two that are refused
    Then no answer names the gateway's software or a version

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | APISIX                  |
      | Traefik                 |

  @promise.software-hidden @limit @minor @allure.label.story:What-the-gateway-adds
  Scenario Outline: Answers through <gateway> name the software, though no version
    Given <gateway> is the gateway
    When the client sends a request that is served and two that are refused
    Then each answer names the gateway's software, and none its version

    Examples: gateways with this limit
      | gateway |
      | Nginx   |

  @promise.own-health @normal @allure.label.story:Health
  Scenario Outline: <gateway> answers for its own health
    Given <gateway> is the gateway
    When the client sends a GET request to "/health"
    Then the gateway itself answers that it is well
    And no service received the request

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with GoReplay   |
      | HAProxy with Teeproxy   |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |
      | Traefik                 |
