@allure.label.epic:Mirroring
Feature: What clients send with TLS or HTTP/2 is copied as well
  In production most clients speak HTTP/2, and nearly all use TLS. What was proved with HTTP/1.1 in
  clear text is worth little, if it does not hold for them: whole copies, each once, at the share
  that is asked for. Gateways speak HTTP/1.1 with primary and shadow here. Of HTTP/2 any of them may
  put cookies behind all other headers.

  @critical @allure.label.story:Protocols
  Scenario Outline: <gateway> passes on and copies generated requests of clients that speak <protocol>
    Given <gateway> is the gateway
    And clients speak <protocol>
    When clients send 150 generated requests on routes v1 and v2
    Then what arrived differs from what was sent in <changes>

    @own-stack @promise.http1-tls
    Examples: HTTP/1.1 with TLS
      | protocol          | gateway                 | changes                                                  |
      | HTTP/1.1 with TLS | HAProxy with Lua        | nothing                                                  |
      | HTTP/1.1 with TLS | HAProxy with a log ring | nothing                                                  |
      | HTTP/1.1 with TLS | HAProxy with Teeproxy   | header order and Accept-Encoding                         |
      | HTTP/1.1 with TLS | Envoy                   | repeated headers, X-Envoy-Internal and X-Forwarded-For   |
      | HTTP/1.1 with TLS | Nginx                   | nothing                                                  |
      | HTTP/1.1 with TLS | Traefik                 | header order, Proxy-Authorization and forwarding headers |

    @own-stack @quiet @promise.http1-tls
    Examples: HTTP/1.1 with TLS; who loses copies on a busy machine, which are counted
      | protocol          | gateway               | changes                          |
      | HTTP/1.1 with TLS | HAProxy with SPOE     | nothing                          |
      | HTTP/1.1 with TLS | HAProxy with GoReplay | header order and Accept-Encoding |

    @promise.http2
    Examples: HTTP/2 without TLS, which clients know beforehand
      | protocol | gateway                 | changes                                                  |
      | HTTP/2   | HAProxy with Lua        | nothing                                                  |
      | HTTP/2   | HAProxy with a log ring | nothing                                                  |
      | HTTP/2   | HAProxy with Teeproxy   | header order and Accept-Encoding                         |
      | HTTP/2   | Envoy                   | repeated headers, X-Envoy-Internal and X-Forwarded-For   |
      | HTTP/2   | Nginx                   | nothing                                                  |
      | HTTP/2   | Traefik                 | header order, Proxy-Authorization and forwarding headers |

    @quiet @promise.http2
    Examples: HTTP/2 without TLS, which clients know beforehand; who loses copies on a busy machine, which are counted
      | protocol | gateway               | changes                          |
      | HTTP/2   | HAProxy with SPOE     | nothing                          |
      | HTTP/2   | HAProxy with GoReplay | header order and Accept-Encoding |

    @own-stack @promise.http2-tls
    Examples: HTTP/2 with TLS, which is agreed on
      | protocol        | gateway                 | changes                                                  |
      | HTTP/2 with TLS | HAProxy with Lua        | nothing                                                  |
      | HTTP/2 with TLS | HAProxy with a log ring | nothing                                                  |
      | HTTP/2 with TLS | HAProxy with Teeproxy   | header order and Accept-Encoding                         |
      | HTTP/2 with TLS | Envoy                   | repeated headers, X-Envoy-Internal and X-Forwarded-For   |
      | HTTP/2 with TLS | Nginx                   | nothing                                                  |
      | HTTP/2 with TLS | Traefik                 | header order, Proxy-Authorization and forwarding headers |

    @own-stack @quiet @promise.http2-tls
    Examples: HTTP/2 with TLS, which is agreed on; who loses copies on a busy machine, which are counted
      | protocol        | gateway               | changes                          |
      | HTTP/2 with TLS | HAProxy with SPOE     | nothing                          |
      | HTTP/2 with TLS | HAProxy with GoReplay | header order and Accept-Encoding |

  @promise.http2-streams @critical @own-stack @allure.label.story:Protocols
  Scenario Outline: <gateway> copies each of 100 requests that come in one HTTP/2 connection at once
    Given <gateway> is the gateway
    And clients speak HTTP/2 with TLS
    When 100 different requests are sent on v1 at once
    Then each of them gets the primary's answer to its own request
    And each copy has the method, target and body of its request

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

  @promise.http2-cookies @critical @own-stack @allure.label.story:Protocols
  Scenario Outline: <gateway> joins cookies that HTTP/2 splits, and leaves them out of copies
    Given <gateway> is the gateway
    And clients speak HTTP/2 with TLS
    When the client sends its cookies in three headers on v1
    Then the primary received them in one
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
      | Traefik                 |

  @promise.http2-share @critical @own-stack @allure.label.story:Protocols
  Scenario Outline: <gateway> copies half of the requests that come on v2 in one HTTP/2 connection
    Given <gateway> is the gateway
    And clients speak HTTP/2 with TLS
    When the client sends 1000 requests to "/api/v2"
    Then the client gets the primary's answer to each of them
    And the shadow received copies of 50 % of them, none twice

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

  # With HTTP/1.1 each is late by up to a second (isolation.feature).
  @cure @normal @own-stack @allure.label.story:Protocols
  Scenario: Nginx delays no later request of a client that speaks HTTP/2 for a late shadow
    Given Nginx is the gateway
    And clients speak HTTP/2 with TLS
    And the shadow answers 2 seconds late
    When the client sends 20 requests to "/api/v1"
    Then each was answered within 0.5 seconds while the shadow really failed
