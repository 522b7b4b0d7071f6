"""Mutants of the specification's own instruments: a blind recorder must not look like success."""

from tests.mutants.mutant import Mutant, Patch

_CONNECTION = "recorder/mirror_recorder/connection.py"
_LOCAL = "features/support/stack/local.py"
_HEAD_DONE = '        exchange.entry.end("complete", time())\n'

MUTANTS = (
    Mutant(
        "body-lost",
        "bodies never arrive",
        (Patch(_CONNECTION, "entry.received(payload if drop", "entry.received(b'' if drop"),),
        (
            "fidelity: A posted order *",
            "fidelity: * with every byte value *",
            "fidelity: POST with 1 *",
            "fidelity: PUT with 10 MB *",
        ),
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
        ("fidelity: * with 64 KB *", "fidelity: * with 1 MB *", "fidelity: * with 10 MB *"),
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
    Mutant(
        "any-share-is-right",
        "every number of copies is taken for the share that was asked for",
        (
            Patch(
                "features/support/checks/sampling.py",
                "if not wanted.least <= len(times) <= wanted.most:",
                "if len(times) > wanted.requests:",
            ),
        ),
        ("sampling: A gateway that mirrors another share than the policy asks for is noticed",),
        features=("features/mirroring/sampling.feature",),
        titles="A gateway that mirrors another share",
    ),
)
