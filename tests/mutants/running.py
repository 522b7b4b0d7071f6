"""Mutants that let clients wait, forget copies, or mirror another share."""

from tests.mutants.mutant import Patch
from tests.mutants.way import (
    MESSAGE,
    MIRROR,
    POLICY,
    POOL,
    SPOE,
    SPOE_INPUT,
    YAML,
    broken,
    broken_spoe,
)

_LOCAL = "features/support/stack/local.py"

MUTANTS = (
    broken(
        "acknowledged-late",
        "the agent acknowledges after the shadow had time to answer",
        (
            Patch(
                SPOE_INPUT,
                "        if acks and self.transport is not None:\n"
                '            self.transport.write(b"".join(acks))\n',
                "        if acks and self.transport is not None:\n"
                "            asyncio.get_running_loop().call_later(\n"
                '                0 if not notifies else 1, self.transport.write, b"".join(acks)\n'
                "            )\n",
            ),
        ),
        # Not thousands of requests, each of which would wait for `timeout processing`.
        ("running", "HAProxy with SPOE counts"),
        "HAProxy with SPOE counts each request, *",
    ),
    broken(
        "patient-with-the-agent",
        "HAProxy checks no agent and waits two seconds for an acknowledgement",
        (
            Patch(MESSAGE, "timeout processing 100ms", "timeout processing 2s"),
            Patch(
                SPOE,
                "check inter 200ms fastinter 200ms downinter 200ms fall 1 rise 1 observe layer4"
                " error-limit 1 on-error mark-down on-marked-down shutdown-sessions",
                "",
            ),
        ),
        ("isolation", "HAProxy with SPOE"),
        "With HAProxy with SPOE clients are served as before while the mirroring tool is frozen",
    ),
    broken_spoe(
        "tied-to-the-agent",
        "clients are turned away without an agent",
        Patch(
            SPOE,
            "    http-request send-spoe-group mirror request",
            "    http-request deny status 503 if v1 !agent_up\n"
            "    http-request send-spoe-group mirror request",
        ),
        "isolation",
        "With HAProxy with SPOE clients are served as before while the mirroring tool is dead",
    ),
    broken_spoe(
        "shadow-in-the-way",
        "every other client is served by the shadow",
        Patch(
            SPOE,
            "    use_backend api_v1 if v1\n",
            "    use_backend shadow if v1 { rand(2) eq 0 }\n    use_backend api_v1 if v1\n",
        ),
        "isolation",
        "With HAProxy with SPOE a shadow that * costs clients no time",
    ),
    broken_spoe(
        "copied-late",
        "the agent keeps each copy for two seconds",
        Patch(
            MIRROR,
            "            pool.submit(copy)\n",
            "            import asyncio\n"
            "            asyncio.get_running_loop().call_later(2, pool.submit, copy)\n",
        ),
        "timing",
        "With HAProxy with SPOE a copy leaves while the primary still works on the request",
    ),
    broken_spoe(
        "agent-never-back",
        "an agent that is back is not used again",
        Patch(SPOE, "fall 1 rise 1 observe", "fall 1 rise 1000 observe"),
        "isolation",
        "With HAProxy with SPOE copies flow again when the mirroring tool is back",
    ),
    broken_spoe(
        "shadow-never-back",
        "a shadow that failed is left alone for ten minutes",
        Patch(
            YAML,
            "    # circuit:  ",
            "    circuit: {failures: 1, retry: 10m}\n    # circuit:  ",
        ),
        "isolation",
        "With HAProxy with SPOE copies flow again when the shadow is back",
    ),
    broken_spoe(
        "share-wrong",
        "a third of route v2 is mirrored instead of half",
        Patch(YAML, "    share: 50\n", "    share: 33\n"),
        "sampling",
        "HAProxy with SPOE copies the share of route v2 that the policy asks for",
    ),
    broken_spoe(
        "policy-changed",
        "the policy asks for 20 % of route v2, and the gateway has not been told",
        Patch(POLICY, "sample_percentage: 50.0", "sample_percentage: 20.0"),
        "sampling",
        "HAProxy with SPOE copies the share of route v2 that the policy asks for",
    ),
    broken_spoe(
        "new-share-ignored",
        "the agent reads its configuration again and does nothing about it",
        Patch(
            "mirror-agent/mirror_agent/worker.py",
            "        self.mirror.apply(settings)\n        self.settings = settings\n",
            "        self.settings = settings\n",
        ),
        "sampling",
        "With HAProxy with SPOE a new share of * takes effect without a restart",
    ),
    broken_spoe(
        "sampled-a-little",
        "98 % of route v1 are mirrored instead of all",
        Patch(YAML, "    share: 100\n", "    share: 98\n"),
        "running",
        "HAProxy with SPOE copies 2000 requests *",
    ),
    broken_spoe(
        "failures-not-counted",
        "the agent forgets the copies that failed",
        Patch(POOL, "        self.tally.failed[reason] += 1\n", ""),
        "running",
        "HAProxy with SPOE counts each request, *",
    ),
    broken_spoe(
        "unbounded",
        "the agent keeps what it cannot send",
        Patch(
            POOL,
            "        self.tally.dropped[reason] += 1\n        return False\n",
            "        self.tally.dropped[reason] += 1\n"
            '        self.__dict__.setdefault("_kept", []).append(bytearray(b"x" * 100_000))\n'
            "        return False\n",
        ),
        "running",
        "HAProxy with SPOE serves 2000 requests *",
    ),
    broken_spoe(
        "restarted-for-reload",
        "the gateway is restarted where it should be reloaded",
        Patch(
            _LOCAL,
            "        self._processes[service].signal(number)\n",
            "        self.stop(service)\n        self.restore(service)\n",
        ),
        "running",
        "A reload of HAProxy with SPOE under traffic *",
    ),
)
