@allure.label.epic:Mirroring
Feature: A size that is stated is exact
  What a gateway copies ends somewhere: at a size that its configuration states, or where a buffer
  ends. Up to there copies are whole, byte for byte; one byte more is refused, or served and counted.

  @promise.size-edge @critical @allure.label.story:Sizes
  Scenario Outline: <gateway> copies a body of <size> MB whole, and one byte more <end>
    Given <gateway> is the gateway
    When the client sends bodies of <size> MB and of one byte more on route v1
    Then the first is copied whole
    And one byte more <end>

    Examples: gateways that keep the promise
      | gateway               | size | end                     |
      | HAProxy with Lua      | 16   | is counted as too large |
      | HAProxy with Teeproxy | 16   | is copied as well       |
      | Envoy                 | 16   | is copied as well       |
      | Nginx                 | 64   | is refused              |
      | APISIX                | 64   | is refused              |
      | Traefik               | 16   | is copied as well       |

  @promise.size-edge @limit @critical @allure.label.story:Sizes
  Scenario Outline: <gateway> copies bodies up to <least> KB and more whole, and one byte more <end>
    Given <gateway> is the gateway
    When the client enlarges a body on v1, up to 64 KB, while it is copied
    Then it has at least <least> KB, and its request is copied whole
    And one byte more <end>

    Examples: gateways with this limit
      | gateway                 | least | end                     |
      | HAProxy with SPOE       | 60    | is counted as too large |
      | HAProxy with a log ring | 46    | is counted as too large |

  @promise.size-edge @limit @by-chance @normal @allure.label.story:Sizes
  Scenario Outline: <gateway> copies no body of 32 MB and one byte more, and counts it
    Given <gateway> is the gateway
    When the client sends bodies of 32 MB and of one byte more on route v1
    Then the client gets the primary's answer to each of them
    And one byte more is counted as too large

    Examples: gateways with this limit
      | gateway               |
      | HAProxy with GoReplay |

  @promise.header-edge @normal @allure.label.story:Sizes
  Scenario Outline: <gateway> copies a header of <least> KB and more whole, and one byte more <end>
    Given <gateway> is the gateway
    When the client lengthens a header on v1, up to 63 KB, while it is served
    Then it has at least <least> KB, and its request is copied whole
    And one byte more <end>

    Examples: gateways that keep the promise
      | gateway               | least | end               |
      | HAProxy with SPOE     | 62    | is refused        |
      | HAProxy with Lua      | 14    | is refused        |
      | HAProxy with GoReplay | 14    | is refused        |
      | Envoy                 | 59    | is refused        |
      | Nginx                 | 15    | is refused        |
      | APISIX                | 7     | is refused        |
      | Traefik               | 63    | is copied as well |

  @promise.header-edge @limit @normal @allure.label.story:Sizes
  Scenario Outline: <gateway> copies a header of <least> KB and more whole, and one byte more <end>
    Given <gateway> is the gateway
    When the client lengthens a header on v1, up to 63 KB, while it is copied
    Then it has at least <least> KB, and its request is copied whole
    And one byte more <end>

    Examples: gateways with this limit
      | gateway                 | least | end                      |
      | HAProxy with a log ring | 44    | is counted as too large  |
      | HAProxy with Teeproxy   | 14    | is served without a copy |
