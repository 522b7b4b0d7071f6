@allure.label.epic:Mirroring
Feature: A shadow that gives no answers uses up neither memory nor files
  Each copy that has no answer yet takes memory and a connection. Under load, what has no bound brings
  the gateway down, and its clients with it: 2000 copies take 2000 open files, or more. Each way has
  its own bound of connections: 64 to 256 here, 1024 in Envoy. The mirroring agent takes up to 1536
  where a shadow answers late, and more connections bring more answers.

  @quiet @promise.load-without-answers @critical @load @allure.label.story:Load
  Scenario Outline: <gateway> serves 2000 requests within bounds while the shadow <failure>
    Given <gateway> is the gateway
    And the shadow <failure> once gateway and tool are at rest
    When 20 clients send 2000 requests on v1, over new connections
    Then each was answered by the primary while the shadow really failed
    And gateway and tool grew by at most 64 MB of memory and <files> open files

    Examples: gateways that keep the promise
      | gateway                 | failure       | files |
      | HAProxy with SPOE       | never answers | 350   |
      | HAProxy with Lua        | never answers | 350   |
      | HAProxy with a log ring | never answers | 350   |
      | HAProxy with GoReplay   | never answers | 350   |
      | Envoy                   | never answers | 1500  |

    Examples: the same with a late shadow
      | gateway                 | failure                | files |
      | HAProxy with SPOE       | answers 2 seconds late | 1900  |
      | HAProxy with Lua        | answers 2 seconds late | 500   |
      | HAProxy with a log ring | answers 2 seconds late | 1900  |
      | HAProxy with GoReplay   | answers 2 seconds late | 500   |
      | Envoy                   | answers 2 seconds late | 1500  |

  @quiet @promise.load-without-answers @limit @by-chance @critical @load @allure.label.story:Load
  Scenario Outline: With <gateway> copies without an answer take more than 350 files or 64 MB
    Given <gateway> is the gateway
    And the shadow <failure> once gateway and tool are at rest
    When 20 clients send 2000 requests on v1, over new connections
    Then each was answered by the primary while the shadow really failed
    And gateway and tool grew by at most 600 MB of memory and 8000 open files

    Examples: gateways with this limit
      | gateway               | failure       |
      | HAProxy with Teeproxy | never answers |
      | Nginx                 | never answers |
      | APISIX                | never answers |
      | Traefik               | never answers |
