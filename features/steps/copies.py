"""Steps that compare copies with the requests that they are copies of."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import copies, primary
from features.support.checks.headers import check_only_changed
from features.support.telling import told
from features.support.wire import request_sets


@then("the shadow received a copy of each, exactly once")
def copied_exactly_once(context: Context) -> None:
    copies.await_copies(context.scene, [each.sent for each in context.scene.exchanges])
    arrived = copies.all_but_sentinels(context.scene)
    ids = {each.sent.request_id for each in context.scene.exchanges}
    strange = [f"{each} was never sent" for each in arrived if each.request_id not in ids]
    assert not strange, told(strange)
    assert len(arrived) == len(ids), f"{len(arrived)} copies of {len(ids)} requests arrived"


@then("no copy reached the shadow")
def only_sentinels_were_copied(context: Context) -> None:
    found = copies.all_but_sentinels(context.scene)
    assert not found, f"{len(found)} copies reached the shadow, the first: {found[0]}"


@then("only the gateway was started for that, and no program was loaded into it")
def nothing_beside(context: Context) -> None:
    gateway = context.scene.gateway
    beside = [service.name for service in gateway.services if service.name != gateway.front]
    assert not beside, f"beside {gateway.front} these run: {', '.join(beside)}"
    loaded = gateway.front_service.loaded
    assert not loaded, f"{gateway.front} has loaded: {', '.join(map(str, loaded))}"


@given("the shadow answers with an error, a cookie and a body of its own")
def shadow_answers_differently(context: Context) -> None:
    # Not to health checks: a shadow that a gateway has found down gets no copies.
    own = {"status": 500, "answer_headers": [["Set-Cookie", "from=shadow"]], "answer_bytes": 7}
    context.scene.misbehave("shadow", prefix="/api", **own)


@when("the client sends requests that are refused for their path or their method")
def client_sends_refused(context: Context) -> None:
    context.scene.send_in_turn(request_sets.refused())


@when("the client sends a request of each method on route v1")
def client_sends_methods(context: Context) -> None:
    context.scene.send_in_turn(request_sets.methods())


@when("the client sends a request to each unusual target on route v1")
def client_sends_targets(context: Context) -> None:
    context.scene.send_in_turn(request_sets.targets())


@when("the client sends repeated, unusual, long and many headers on route v1")
def client_sends_many_headers(context: Context) -> None:
    context.scene.send_in_turn(request_sets.headers())


@when("the client sends empty, small and binary bodies, and 16 KB, on route v1")
def client_sends_small_bodies(context: Context) -> None:
    context.scene.send_in_turn(
        request_sets.bodies("an empty body", "1 byte", "every byte value", "16 KB")
    )


@when("the client sends 64 KB, 1 MB and 10 MB on route v1")
def client_sends_large_bodies(context: Context) -> None:
    context.scene.send_in_turn(request_sets.bodies("64 KB", "1 MB", "10 MB"))


@when("the client sends 64 KB, 1 MB and 10 MB on route v1, {times:d} times")
def client_sends_many_large_bodies(context: Context, times: int) -> None:
    context.scene.send_in_turn(request_sets.bodies(*["64 KB", "1 MB", "10 MB"] * times))


@when("the client sends 20 bodies in chunks on route v1")
def client_sends_chunked_bodies(context: Context) -> None:
    context.scene.send_in_turn(request_sets.bodies(*["16 KB in chunks"] * 20))


@when("the client sends the same requests on the mirrored route v1 and on v3")
def client_sends_on_both(context: Context) -> None:
    context.scene.send_in_turn([*request_sets.same_on("v1"), *request_sets.same_on("v3")])


@then("each copy has the method, target and body of its request")
def copies_are_faithful(context: Context) -> None:
    sent = [each.sent for each in context.scene.exchanges]
    wrong = copies.check_contents(sent, copies.await_copies(context.scene, sent))
    assert not wrong, told(wrong)


@then('the target of the copy is "{target:Target}"')
def copy_has_target(context: Context, target: str) -> None:
    (copy,) = copies.await_copies(context.scene, [context.scene.last.sent]).values()
    assert copy.target == target, f"the target of the copy is {copy.target}, not {target}"


@then("each copy has the headers of its request in their order")
def copies_have_headers(context: Context) -> None:
    sent = [each.sent for each in context.scene.exchanges]
    wrong = copies.check_headers(sent, copies.await_copies(context.scene, sent))
    assert not wrong, told(wrong)


@then("each copy has the headers of its request, but some in another order")
def copies_have_headers_reordered(context: Context) -> None:
    sent = [each.sent for each in context.scene.exchanges]
    arrived = copies.await_copies(context.scene, sent)
    wrong = copies.check_only_reordered(sent, arrived)
    assert not wrong, told(wrong)


@then("each copy has its request's headers, but the gateway {change:Change}")
def copies_have_headers_changed(context: Context, change: str) -> None:
    sent = [each.sent for each in context.scene.exchanges]
    wrong = check_only_changed(sent, copies.await_copies(context.scene, sent), change)
    assert not wrong, told(wrong)


@then("the copy has the marker")
def copy_is_marked(context: Context) -> None:
    (copy,) = copies.await_copies(context.scene, [context.scene.last.sent]).values()
    wrong = copies.check_marker(copy, context.scene.stack.marker)
    assert not wrong, told(wrong)


@then("the primary's request has no marker")
def primary_sees_no_marker(context: Context) -> None:
    received = context.scene.primary.await_request(context.scene.last.sent.request_id)
    assert not copies.markers(received), "the primary's request has the marker of a copy"


@then("the primary received the credentials")
def primary_has_credentials(context: Context) -> None:
    received = context.scene.primary.await_request(context.scene.last.sent.request_id)
    wrong = copies.check_credentials(received)
    assert not wrong, told(wrong)


@then("the primary received the credentials except Proxy-Authorization")
def primary_has_some_credentials(context: Context) -> None:
    received = context.scene.primary.await_request(context.scene.last.sent.request_id)
    wrong = copies.check_credentials(received, lost="Proxy-Authorization")
    assert not wrong, told(wrong)


@then("the copy has no credentials")
def copy_has_no_credentials(context: Context) -> None:
    (copy,) = copies.await_copies(context.scene, [context.scene.last.sent]).values()
    wrong = [f"the copy has {each}" for each in copies.credentials(copy)]
    assert not wrong, told(wrong)


@then("the primary received the same on both routes")
def primary_is_untouched(context: Context) -> None:
    wrong = primary.check_same_on_routes(context.scene)
    assert not wrong, told(wrong)


@then("the primary received the same headers on both routes, but some in another order")
def primary_is_touched(context: Context) -> None:
    assert primary.check_same_on_routes(context.scene), "the primary received the same on both"
    wrong = primary.check_same_on_routes(context.scene, order=False)
    assert not wrong, told(wrong)


@when("the client sends bare requests, with and without bodies, on route v1")
def client_sends_bare_requests(context: Context) -> None:
    context.scene.send_in_turn(request_sets.bare())


@then("copies have no headers of their own but the marker")
def nothing_is_added(context: Context) -> None:
    added = copies.added_headers(context.scene)
    assert not added, told(f"copies have headers of their own: {', '.join(sorted(added))}")


@then("copies have of their own, besides the marker, {names}")
def headers_are_added(context: Context, names: str) -> None:
    added = ", ".join(sorted(copies.added_headers(context.scene)))
    assert added == names.lower(), told(
        f"copies have of their own {added or 'nothing'}, not {names}"
    )
