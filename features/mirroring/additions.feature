@allure.label.epic:Mirroring
Feature: Nothing is added to a copy but its marker
  A client library adds headers of its own: Content-Type to a body, Expect to a large one, Accept to
  anything. A shadow that gets them may act otherwise than the primary. The marker may be two headers:
  one that tells that it is a copy, one that tells who made it.

  @promise.nothing-added @critical @allure.label.story:Headers
  Scenario Outline: <gateway> adds no header but the marker to copies
    Given <gateway> is the gateway
    When the client sends bare requests, with and without bodies, on route v1
    Then copies have no headers of their own but the marker

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | Nginx                   |
      | APISIX                  |

  @promise.nothing-added @limit @normal @allure.label.story:Headers
  Scenario Outline: <gateway> adds <headers> to copies
    Given <gateway> is the gateway
    When the client sends bare requests, with and without bodies, on route v1
    Then copies have of their own, besides the marker, <headers>

    Examples: gateways with this limit
      | gateway               | headers                                   |
      | HAProxy with GoReplay | Accept-Encoding                           |
      | HAProxy with Teeproxy | Accept-Encoding                           |
      | Envoy                 | X-Envoy-Internal                          |
      | Traefik               | Accept-Encoding, X-Forwarded-*, X-Real-Ip |
