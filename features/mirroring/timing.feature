@allure.label.epic:Mirroring
Feature: A copy leaves at once, and costs the gateway little memory
  A shadow that gets its copies late, or not at all when a client has gone, sees another traffic
  than the primary. And a gateway that keeps whole bodies in memory for the shadow's sake falls over
  when many are large.

  @promise.copy-at-once @normal @allure.label.story:Timing
  Scenario Outline: With <gateway> a copy leaves while the primary still works on the request
    Given <gateway> is the gateway
    And the primary answers 1 second late
    When the client sends a GET request to "/api/v1"
    Then the client gets the primary's answer
    And the copy left before the primary answered

    Examples: gateways that keep the promise
      | gateway               |
      | HAProxy with SPOE     |
      | HAProxy with Lua      |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |
      | Envoy                 |
      | Nginx                 |
      | APISIX                |

  @promise.copy-at-once @limit @normal @allure.label.story:Timing
  Scenario Outline: With <gateway> a copy leaves only when the primary has answered
    Given <gateway> is the gateway
    And the primary answers 1 second late
    When the client sends a GET request to "/api/v1"
    Then the client gets the primary's answer
    And the copy left after the primary had answered

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.client-gone @normal @allure.label.story:Timing
  Scenario Outline: <gateway> copies a request whose client gave up before the answer
    Given <gateway> is the gateway
    And the primary answers 2 seconds late
    When the client sends a request on route v1 and gives up after 1 second
    Then the client got no answer in that time
    And the shadow received a copy of it

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

  @promise.client-gone @limit @normal @allure.label.story:Timing
  Scenario Outline: <gateway> copies no request whose client gave up before the answer
    Given <gateway> is the gateway
    And the primary answers 2 seconds late
    When the client sends a request on route v1 and gives up after 1 second
    Then the client got no answer in that time
    And no copy reached the shadow

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.body-memory @normal @load @own-stack @allure.label.story:Memory
  Scenario Outline: <gateway> does not keep large uploads in memory
    Given <gateway> is the gateway
    And gateway and tool have just been started
    When 4 clients send bodies of 40 MB on route v1 at the same moment
    Then the client gets the primary's answer to each of them
    And gateway and tool grew by at most 80 MB of memory and 200 open files

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | Envoy                   |
      | Nginx                   |
      | APISIX                  |

  @promise.body-memory @limit @normal @load @own-stack @allure.label.story:Memory
  Scenario Outline: <gateway> keeps large uploads in memory as a whole
    Given <gateway> is the gateway
    And gateway and tool have just been started
    When 4 clients send bodies of 40 MB on route v1 at the same moment
    Then the client gets the primary's answer to each of them
    And gateway and tool grew by at least 160 MB of memory

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |
      | HAProxy with Teeproxy |
      | Traefik               |
