@allure.label.epic:Mirroring
Feature: Any request arrives as it was sent, at the primary and as a copy
  A few examples hide damage: blocks that change places, a last byte, a header that nobody thought
  of. So requests are drawn by chance: method, target, headers, body, framing, route, connection.
  What a gateway may change is listed, and nothing else may differ. The message of a failure has the
  seed of the run, and the smallest request that shows it; `-D seed=…` repeats it.

  @promise.generated-requests @critical @allure.label.story:Generated-requests
  Scenario Outline: <gateway> passes on and copies generated requests, and changes <changes>
    Given <gateway> is the gateway
    When clients send 300 generated requests on routes v1 and v2
    Then what arrived differs from what was sent in <changes>

    Examples: gateways that keep the promise, and what they are known to change
      | gateway                 | changes                                                  |
      | HAProxy with Lua        | nothing                                                  |
      | HAProxy with a log ring | nothing                                                  |
      | HAProxy with Teeproxy   | header order and Accept-Encoding                         |
      | Envoy                   | repeated headers, X-Envoy-Internal and X-Forwarded-For   |
      | Nginx                   | nothing                                                  |
      | APISIX                  | forwarding headers                                       |
      | Traefik                 | header order, Proxy-Authorization and forwarding headers |

    @quiet
    Examples: who loses copies on a busy machine, which are counted
      | gateway                 | changes                                                  |
      | HAProxy with SPOE       | nothing                                                  |
      | HAProxy with GoReplay   | header order and Accept-Encoding                         |
