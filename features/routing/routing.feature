@allure.label.epic:Routing
Feature: Each request reaches the service that its path names
  The gateway has three routes: v1, v2 and v3. Whatever a client sends on a route arrives at the
  primary, on that route and nowhere else, exactly as it was sent. What does not belong to a route
  is refused by the gateway itself.

  Background:
    Given HAProxy is the gateway

  @original @smoke @blocker @allure.label.story:Routes
  Scenario: A request on route v1 reaches the primary
    When the client sends a GET request to "/api/v1"
    Then the client gets the primary's answer
    And the primary received the request on route v1

  @original @smoke @blocker @allure.label.story:Routes
  Scenario: A request on route v2 reaches the primary
    When the client sends a GET request to "/api/v2"
    Then the client gets the primary's answer
    And the primary received the request on route v2

  @original @smoke @blocker @allure.label.story:Routes
  Scenario: A request on route v3 reaches the primary
    When the client sends a GET request to "/api/v3"
    Then the client gets the primary's answer
    And the primary received the request on route v3

  @critical @allure.label.story:Routes
  Scenario Outline: The path "<path>" belongs to route <route>
    When the client sends a GET request to "<path>"
    Then the client gets the primary's answer
    And the primary received the request on route <route>

    Examples: the edges of a route
      | path             | route |
      | /api/v1/         | v1    |
      | /api/v1/orders   | v1    |
      | /api/v1/api/v2   | v1    |
      | /api/v1?page=2   | v1    |
      | /api/v2/v3       | v2    |
      | /api/v3/orders/7 | v3    |

  @critical @allure.label.story:Refusals
  Scenario Outline: The path "<path>" belongs to no route and is refused
    When the client sends a GET request to "<path>"
    Then the gateway refuses the request as not found
    And no service received the request

    Examples: beside the routes
      | path          |
      | /             |
      | /api          |
      | /api/v4       |
      | /api/v10      |
      | /api/v1x/y    |
      | /API/v1       |
      | //api/v1      |
      | /x/api/v1     |
      | /?to=/api/v1  |

  @critical @allure.label.story:Refusals
  Scenario Outline: <method> is not offered on route <route> and is refused
    When the client sends a <method> request to "/api/<route>"
    Then the gateway refuses the method and allows <allowed>
    And no service received the request

    Examples: methods that a route does not have
      | method  | route | allowed                                             |
      | TRACE   | v1    | GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PURGE |
      | DELETE  | v2    | GET, HEAD, POST                                     |
      | PUT     | v3    | GET, HEAD, POST                                     |
      | OPTIONS | v3    | GET, HEAD, POST                                     |
