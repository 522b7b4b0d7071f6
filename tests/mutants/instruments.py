"""Mutants of the specification's own instruments: a blind recorder must not look like success."""

from tests.mutants.mutant import Mutant, Patch

_CONNECTION = "docker/backend/connection.py"
_LOCAL = "features/support/stack/local.py"
_HEAD_DONE = '        exchange.entry.end("complete", time())\n'

MUTANTS = (
    Mutant(
        "body-lost",
        "bodies never arrive",
        (Patch(_CONNECTION, "entry.received(payload if drop", "entry.received(b'' if drop"),),
        ("fidelity: A posted order *", "fidelity: POST with 1 byte *"),
        ("fidelity: * byte for byte",),
    ),
    Mutant(
        "body-cut",
        "what is beyond the first 1000 bytes of a body never arrives",
        (
            Patch(
                _CONNECTION,
                "entry.received(payload if drop",
                "entry.received(payload[: max(0, 1000 - entry.length)] if drop",
            ),
        ),
        ("fidelity: PUT with 64 KB *", "fidelity: POST with 64 KB in chunks *"),
        ("fidelity: * byte for byte",),
    ),
    Mutant(
        "restart-for-reload",
        "the gateway is restarted where it should be reloaded",
        (
            Patch(
                _LOCAL,
                "        self._processes[service].signal(number)\n",
                "        self.stop(service)\n        self.restore(service)\n",
            ),
        ),
        ("configuration: A reload under traffic *",),
    ),
    Mutant(
        "no-reload",
        "the gateway is not reloaded at all",
        (
            Patch(
                _LOCAL, "        self._processes[service].signal(number)\n", "        del number\n"
            ),
        ),
        ("configuration: A reload under traffic *",),
    ),
)
