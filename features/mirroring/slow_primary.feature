@allure.label.epic:Mirroring
Feature: Who is slow is given time, and not for ever
  A primary may take its time, and so may a client with its upload: as long as the configuration says.
  A primary that hangs is answered for, so that clients learn of it. Mirroring changes none of this,
  and many clients at the same moment are all served.

  @promise.primary-slow @critical @allure.label.story:Time
  Scenario Outline: <gateway> gives a primary time that answers <seconds> seconds late
    Given <gateway> is the gateway
    And the primary answers <seconds> seconds late
    When requests with and without a body are sent on v1 and v3 at once
    Then the client gets the primary's answer to each of them
    And each answer took <seconds> seconds

    Examples: gateways that keep the promise
      | gateway                 | seconds |
      | HAProxy with SPOE       | 3       |
      | HAProxy with Lua        | 3       |
      | HAProxy with a log ring | 3       |
      | HAProxy with GoReplay   | 3       |
      | HAProxy with Teeproxy   | 3       |
      | Envoy                   | 3       |
      | Nginx                   | 3       |
      | APISIX                  | 3       |
      | Traefik                 | 3       |

    Examples: a gateway that keeps it for longer
      | gateway           | seconds |
      | HAProxy with SPOE | 10      |

  @promise.primary-hanging @critical @allure.label.story:Time
  Scenario Outline: <gateway> answers 504 for a primary that hangs, after the time that is configured
    Given <gateway> is the gateway
    And an operator gives the primary 1 second to answer
    And the primary never answers
    When requests with and without a body are sent on v1 and v3 at once
    Then each was answered by the gateway with status 504 after 1 second

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

  @promise.slow-upload @critical @allure.label.story:Uploads
  Scenario Outline: <gateway> refuses no upload that takes 5 seconds
    Given <gateway> is the gateway
    When clients take 5 seconds for uploads on v1 and v3, in chunks or not
    Then the client gets the primary's answer to each of them
    And the primary received each of them as it was sent

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

  @promise.many-waiting @critical @load @allure.label.story:Load
  Scenario Outline: <gateway> serves 200 clients at the same moment
    Given <gateway> is the gateway
    And the primary answers 1 second late
    When 200 clients send a request to "/api/v1" at the same moment
    Then each of them gets the primary's answer to its own request

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
