from dataclasses import replace

from features.support.checks import routing
from features.support.checks.headers import CHANGES, check_only_changed, joined
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer
from tests.support.test_exchange import arrival

REFUSED = [request(method, target) for method, target, _ in routing.REFUSED]


def refusal(status: int, allow: str | None = None) -> Answer:
    return Answer(status, (("Allow", allow),) if allow else (), b"", 0.01)


def test_a_request_that_is_served_is_no_refusal() -> None:
    served = Answer(200, (("X-Backend-Name", "primary"),), b"", 0.01)
    exchanges = [Exchange(REFUSED[0], refusal(404)), Exchange(REFUSED[1], served)]
    assert routing.check_all_refused(exchanges[:1], 404) == []
    assert "the answer came from the primary" in routing.check_all_refused(exchanges, 404)[1]


def test_each_refusal_names_the_methods_of_its_route() -> None:
    told = [
        Exchange(sent, refusal(405, allow))
        for sent, (_, _, allow) in zip(REFUSED, routing.REFUSED, strict=True)
    ]
    assert routing.check_allowed_methods(told) == []
    told[1] = Exchange(REFUSED[1], refusal(405, "GET"))
    assert len(routing.check_allowed_methods(told)) == 1
    told[1] = Exchange(REFUSED[1], ClientError("refused"))
    assert len(routing.check_allowed_methods(told)) == 1


def test_repeats_are_joined_where_the_first_stands() -> None:
    headers = (("A", "1"), ("B", "2"), ("a", "3"))
    assert joined(headers) == (("a", "1,3"), ("b", "2"))


def test_headers_that_came_as_sent_contradict_a_change() -> None:
    sent = [request("GET", "/api/v1", (("Accept", "a"), ("Accept", "b")))]
    for name in CHANGES:
        wrong = check_only_changed(sent, {str(sent[0].request_id): arrival(sent[0])}, name)
        assert "is no more" in wrong[0]


def test_a_known_change_is_forgiven_and_another_is_not() -> None:
    name = "joins repeats, adds X-Envoy-Internal"
    sent = request("GET", "/api/v1", (("Accept", "a"), ("Accept", "b")))
    added = (("X-Envoy-Internal", "true"),)
    changed = replace(arrival(sent), headers=(*joined(sent.headers), *added))
    assert check_only_changed([sent], {str(sent.request_id): changed}, name) == []
    lost = replace(arrival(sent), headers=(*joined(sent.headers)[:-1], *added))
    assert check_only_changed([sent], {str(sent.request_id): lost}, name)
