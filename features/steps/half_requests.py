"""Steps in which requests break off half-way."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import copies, half_requests
from features.support.telling import told
from features.support.wire.client import request
from features.support.wire.payloads import filled


@given("the shadow {failure:UploadFailure}")
def shadow_fails_uploads(context: Context, failure: str) -> None:
    context.scene.misbehave("shadow", **half_requests.SHADOW_FAILURES[failure])


@given("the primary resets uploads in the middle")
def primary_resets_uploads(context: Context) -> None:
    context.scene.misbehave("primary", drop_upload_at=20_000, prefix="/api")


@when("clients break off uploads on v1, small and large, with a length and in chunks")
def clients_break_off(context: Context) -> None:
    half_requests.break_off_uploads(context.scene)


@when("the client uploads 200 KB on v1 and v3, with a length and in chunks")
def client_uploads_on_both(context: Context) -> None:
    half_requests.upload_on_both(context.scene)


@when("the client sends {count:d} bodies of 40 KB on v1")
def client_sends_forty_kilobytes(context: Context, count: int) -> None:
    sent = [request("POST", "/api/v1/orders", body=filled(40 * 1024)) for _ in range(count)]
    context.scene.send_in_turn(sent)


@then("neither primary nor shadow takes half a request for a whole one")
def no_half_passes(context: Context) -> None:
    wrong = half_requests.check_no_half_passes(context.scene)
    assert not wrong, told(wrong)


@then("only copies of uploads in chunks pass for whole, and the primary takes none")
def only_chunked_pass(context: Context) -> None:
    wrong = half_requests.check_no_half_passes(context.scene, but_copies_in_chunks=True)
    assert not wrong, told(wrong)


@then("each upload failed for the client, and reached the primary once")
def uploads_failed(context: Context) -> None:
    wrong = half_requests.check_failed(context.scene.exchanges)
    wrong += half_requests.check_once(context.scene)
    assert not wrong, told(wrong)


@then("each upload on v1 got an empty answer with status 200")
def uploads_succeeded_emptily(context: Context) -> None:
    wrong = half_requests.check_hidden(context.scene)
    assert not wrong, told(wrong)


@then("the shadow really broke off uploads, and gets copies of new requests")
def uploads_were_broken_off(context: Context) -> None:
    wrong = half_requests.check_uploads_failed(context.scene)
    assert not wrong, told(wrong)
    copies.await_flow(context.scene, within=5)
