"""Steps about generated requests, and about sizes at which something ends."""

import secrets

from behave import then, when
from behave.runner import Context

from features.support.checks import generated, sizes
from features.support.telling import told

_SEEDS = 1_000_000


@when("clients send {count:d} generated requests on routes v1 and v2")
def clients_send_generated(context: Context, count: int) -> None:
    seed = secrets.randbelow(_SEEDS) if context.seed is None else context.seed
    context.drawn_from = seed
    generated.play(context.scene, seed, count)


@then("what arrived differs from what was sent in {changes:Changes}")
def generated_arrived(context: Context, changes: str) -> None:
    wrong = generated.check_generated(context.scene, context.drawn_from, changes)
    assert not wrong, told(wrong)


@when("the client sends bodies of {size:d} MB and of one byte more on route v1")
def client_sends_around(context: Context, size: int) -> None:
    context.edge = sizes.around(context.scene, size)


@when("the client lengthens a header on v1, up to {most:d} KB, while it is served")
def client_lengthens_headers(context: Context, most: int) -> None:
    context.edge = sizes.longest_header(context.scene, most)


@when("the client lengthens a header on v1, up to {most:d} KB, while it is copied")
def client_lengthens_copied_headers(context: Context, most: int) -> None:
    context.edge = sizes.longest_copied_header(context.scene, most)


@when("the client enlarges a body on v1, up to {most:d} KB, while it is copied")
def client_enlarges_bodies(context: Context, most: int) -> None:
    context.edge = sizes.largest_body(context.scene, most)


@then("the first is copied whole")
def edge_is_copied(context: Context) -> None:
    wrong = sizes.check_within(context.scene, context.edge)
    assert not wrong, told(wrong)


@then("it has at least {least:d} KB, and its request is copied whole")
def edge_is_high_and_copied(context: Context, least: int) -> None:
    wrong = sizes.check_within(context.scene, context.edge, least)
    assert not wrong, told(wrong)


@then("one byte more {end:End}")
def beyond_the_edge(context: Context, end: str) -> None:
    wrong = sizes.check_beyond(context.scene, context.edge, end)
    assert not wrong, told(wrong)
