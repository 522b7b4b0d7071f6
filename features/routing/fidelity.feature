@allure.label.epic:Routing
Feature: The primary receives each request exactly as the client sent it
  A gateway adds the request's id, the client's address and the route. It changes, drops or merges
  nothing else.

  Background:
    Given HAProxy is the gateway

  @original @smoke @blocker @allure.label.story:Bodies
  Scenario: A posted order arrives byte for byte
    When the client sends a POST request to "/api/v1/orders" with an order as JSON
    Then the client gets the primary's answer
    And the primary received exactly the request that was sent

  @critical @allure.label.story:Bodies
  Scenario Outline: <method> with <body> arrives byte for byte
    When the client sends a <method> request to "/api/v1/orders" with <body>
    Then the client gets the primary's answer
    And the primary received exactly the request that was sent

    Examples: methods that carry a body
      | method | body             |
      | POST   | every byte value |
      | PUT    | every byte value |
      | PATCH  | every byte value |
      | DELETE | every byte value |
      | PURGE  | every byte value |

    Examples: sizes
      | method | body          |
      | POST   | no body       |
      | POST   | an empty body |
      | POST   | 1 byte        |
      | PUT    | 64 KB         |
      | POST   | 1 MB          |
      | PUT    | 10 MB         |

    Examples: sent in chunks
      | method | body            |
      | PATCH  | 16 KB in chunks |
      | POST   | 64 KB in chunks |
      | PUT    | 1 MB in chunks  |

  @normal @allure.label.story:Methods
  Scenario Outline: <method> stays <method> on its way
    When the client sends a <method> request to "/api/v1"
    Then the client gets the primary's answer
    And the primary received exactly the request that was sent

    Examples: methods that need no body
      | method  |
      | HEAD    |
      | OPTIONS |
      | DELETE  |

  @critical @allure.label.story:Targets
  Scenario Outline: The target "<target>" arrives unchanged
    When the client sends a GET request to "<target>"
    Then the client gets the primary's answer
    And the primary received exactly the request that was sent

    Examples: queries
      | target                         |
      | /api/v1?page=2&sort=name       |
      | /api/v1?                       |
      | /api/v1?a=1&a=2&a              |
      | /api/v1?q=caf%C3%A9+%26%20more |
      | /api/v1?next=/api/v2?x=y       |

    Examples: unusual paths
      | target                  |
      | /api/v1/a%2Fb           |
      | /api/v1//double         |
      | /api/v1/a/../b/./c      |
      | /api/v1/semi;colon=1    |
      | /api/v1/%20space%20     |
      | /api/v1/~tilde/$&'()*+, |

  @critical @allure.label.story:Headers
  Scenario Outline: Headers arrive unchanged: <headers>
    When the client sends a request with <headers>
    Then the client gets the primary's answer
    And the primary received exactly the request that was sent

    Examples: headers that gateways like to change
      | headers             |
      | repeated headers    |
      | credentials         |
      | unusual headers     |
      | forty headers       |
      | a header of 4 KB    |
      | a host of its own   |

  @normal @allure.label.story:Request-id
  Scenario: A request's own id is kept
    When the client sends a GET request to "/api/v1" with the id "order-4711"
    Then the primary received the request with the id "order-4711"
    And the primary received exactly the request that was sent

  @normal @allure.label.story:Request-id
  Scenario: A request without an id is given a unique one
    When the client sends 20 requests to "/api/v1" without an id
    Then the primary received 20 requests, each with an id of its own

  @normal @allure.label.story:What-the-gateway-adds
  Scenario: The primary learns the client's address from the gateway, whatever the client claims
    When the client sends a request that claims to come from "203.0.113.9"
    Then the primary received one client address, and it is not "203.0.113.9"

  @critical @allure.label.story:What-the-gateway-adds
  Scenario: A client cannot choose the route with a header
    When the client sends a request on route v3 that claims to be on route v1
    Then the client gets the primary's answer
    And the primary received the request on route v3

  @minor @allure.label.story:What-the-gateway-adds
  Scenario: Nothing in an answer tells which software or version the gateway runs
    When the client sends a request that is served and two that are refused
    Then no answer names the gateway's software or a version
