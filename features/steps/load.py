"""Steps in which many clients send a lot."""

from behave import when
from behave.runner import Context

from features.support.checks import latency


@when("{clients:d} clients send {count:d} requests on v1, over new connections")
def crowd_sends_much(context: Context, clients: int, count: int) -> None:
    latency.send_much(context.scene, clients, count)
