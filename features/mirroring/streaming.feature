@allure.label.epic:Mirroring
Feature: Answers flow as they are sent, and every way of sending is served
  Some answers never end: events that a client reads one by one. Others have hints before them. And
  HTTP/1 has more ways than most clients use: to ask before a body is sent, to send on before answers
  have come, to be of version 1.0. On mirrored routes all of it goes on as on others, and is copied.

  @promise.event-stream @critical @allure.label.story:Streams
  Scenario Outline: Through <gateway> each event reaches the client as soon as it is sent
    Given <gateway> is the gateway
    When the primary sends 5 events, one every 0.5 seconds, on v1 and v3
    Then the client got each of 5 events within 0.4 seconds
    And exactly what arrived on route v1 was copied

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

  @promise.event-stream @limit @critical @allure.label.story:Streams
  Scenario Outline: Through <gateway> events on mirrored routes reach the client all at the end
    Given <gateway> is the gateway
    When the primary sends 5 events, one every 0.5 seconds, on v1 and v3
    Then 5 events on v1 came at the end, and on v3 within 0.4 seconds
    And exactly what arrived on route v1 was copied

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.continue @normal @allure.label.story:Streams
  Scenario Outline: <gateway> tells a client to continue that asks before it sends a body
    Given <gateway> is the gateway
    When clients on v1 and v3 send a body only once they are told to continue
    Then the client gets the primary's answer to each of them
    And exactly what arrived on route v1 was copied

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

  @promise.continue @limit @normal @allure.label.story:Streams
  Scenario Outline: <gateway> copies no small body that its client sends once told to continue
    Given <gateway> is the gateway
    When clients on v1 and v3 send a body only once they are told to continue
    Then the client gets the primary's answer to each of them
    And no small one of these bodies has a copy

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.long-answer @normal @load @allure.label.story:Streams
  Scenario Outline: <gateway> passes on an answer of 100 MB within bounded memory
    Given <gateway> is the gateway
    When the primary answers with 100 MB, which a client on v1 reads after 2 seconds
    Then the client got all 100 MB
    And gateway and tool grew by at most 64 MB of memory and 200 open files
    And exactly what arrived on route v1 was copied

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

  @promise.early-hints @normal @allure.label.story:Streams
  Scenario Outline: <gateway> treats early hints of the primary alike, mirrored or not
    Given <gateway> is the gateway
    When the primary sends early hints before its answers on v1 and v3
    Then clients on v1 got the same hints and answers as those on v3
    And exactly what arrived on route v1 was copied

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

  @promise.early-hints @limit @normal @allure.label.story:Streams
  Scenario Outline: Through <gateway> early hints do not reach clients on mirrored routes
    Given <gateway> is the gateway
    When the primary sends early hints before its answers on v1 and v3
    Then the client gets the primary's answer to each of them
    And clients on v3 got early hints, and clients on v1 none
    And exactly what arrived on route v1 was copied

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with Teeproxy |

  @promise.pipelined @normal @allure.label.story:Streams
  Scenario Outline: <gateway> answers requests in turn that a client sends in one go
    Given <gateway> is the gateway
    When clients on v1 and v3 send 20 requests in one go
    Then the client gets the primary's answer to each of them
    And exactly what arrived on route v1 was copied

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

  @promise.http-1-0 @normal @allure.label.story:Streams
  Scenario Outline: <gateway> serves clients of HTTP/1.0, and copies their requests
    Given <gateway> is the gateway
    When clients of HTTP/1.0 send requests on v1 and v3
    Then the client gets the primary's answer to each of them
    And exactly what arrived on route v1 was copied

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
