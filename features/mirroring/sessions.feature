@allure.label.epic:Mirroring
Feature: All requests of a user are copied, or none
  A request alone tells a shadow little: an order needs the basket that was filled before it. Who
  mirrors a share of whole sessions gives the shadow users who do what users do. A session is told
  by a cookie; at a larger share those who were in it stay.

  @promise.sessions @critical @own-stack @allure.label.story:Sessions
  Scenario Outline: <gateway> copies whole sessions where an operator wants that
    Given <gateway> is the gateway
    And an operator mirrors 20 % of the sessions on route v2
    When 2000 users send 2 requests each on route v2
    Then each user's requests were all copied, or none of them
    And requests of 20 % of the users were copied

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with Teeproxy   |
      | Nginx                   |

    @quiet
    Examples: who captures, and loses what a busy machine sends twice
      | gateway                 |
      | HAProxy with GoReplay   |

  @promise.sessions @limit @critical @own-stack @allure.label.story:Sessions
  Scenario Outline: <gateway> copies a share of requests, and sessions in part
    Given <gateway> is the gateway
    And an operator mirrors 20 % of the sessions on route v2
    When 200 users send 2 requests each on route v2
    Then some users have requests with a copy and requests without

    Examples: gateways with this limit
      | gateway |
      | Envoy   |
      | APISIX  |
      | Traefik |

  @promise.sessions-grow @normal @own-stack @allure.label.story:Sessions
  Scenario Outline: With <gateway> sessions that are copied stay so when their share grows
    Given <gateway> is the gateway
    When 500 users send requests on v2, while 20 % and then 40 % are mirrored
    Then whoever was copied at first is copied still, and others are

    Examples: gateways that keep the promise
      | gateway                 |
      | HAProxy with SPOE       |
      | HAProxy with Lua        |
      | HAProxy with a log ring |
      | HAProxy with Teeproxy   |
      | Nginx                   |

    @quiet
    Examples: who captures, and loses what a busy machine sends twice
      | gateway                 |
      | HAProxy with GoReplay   |

  @promise.sessions-grow @limit @normal @own-stack @allure.label.story:Sessions
  Scenario Outline: With <gateway> other users are copied when the share grows
    Given <gateway> is the gateway
    When 500 users send requests on v2, while 20 % and then 40 % are mirrored
    Then some who were copied at first are not copied any more

    Examples: gateways with this limit
      | gateway |
      | Envoy   |
      | APISIX  |
      | Traefik |
