@allure.label.epic:Mirroring
Feature: The client's answer is the primary's, whole
  Mirroring changes nothing of answers: not the status, whether success, redirect or error; not the
  headers, such as two cookies, an entity tag or a location; not the body. And the connection stays
  open for the client's next request.

  @promise.whole-answers @blocker @allure.label.story:Answers
  Scenario Outline: <gateway> passes on answers whole, mirrored or not
    Given <gateway> is the gateway
    When the primary answers with each kind of status on routes v1 and v3
    Then the client got status, headers and body as the primary sent them
    And the client's connections stayed open

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
