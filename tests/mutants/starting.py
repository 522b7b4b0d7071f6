"""Mutants that need an order of start, swallow mistakes, or lose copies without a word."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import MESSAGE, SPOE, broken, broken_spoe

_AGENT = "mirror-agent/mirror_agent"
_SCRIPT = "mirror-lua/mirror.lua"
_SNIPPETS = "features/support/gateways/haproxy_lua.py"
_MIRROR = "        self.mirror = Mirror(self.settings, self.account)\n"
_ASK = "    core.httpclient():get({\n"
_ASKED = '        headers = { ["x-request-id"] = { id } },\n    })\n'
_PATH = '"http://" .. os.getenv("SHADOW") .. txn.sf:path()'


# Until its health check fails, a frozen agent lets three requests run out of time, and may get them
# all when it goes on; of fifteen it cannot.
_IMPATIENT = Patch(MESSAGE, "timeout processing 100ms", "timeout processing 20ms")


def _uncounted(name: str, reason: str, killer: str, *also: Patch) -> Mutant:
    forgotten = Patch(SPOE, f"track-sc1 str({reason})", "track-sc1 str(forgotten)")
    return broken(
        name,
        f"HAProxy does not count requests for the reason {reason}",
        (forgotten, *also),
        ("running", "HAProxy with SPOE"),
        killer,
    )


MUTANTS = (
    broken_spoe(
        "no-start-without-the-shadow",
        "the agent does not start while there is no shadow",
        Patch(
            f"{_AGENT}/worker.py",
            _MIRROR,
            f"{_MIRROR}        for each in self.settings.shadows:\n"
            "            (await asyncio.open_connection(each.host, each.port))[1].close()\n",
        ),
        "starting",
        "HAProxy with SPOE serves clients before *",
    ),
    broken_spoe(
        "no-start-without-the-agent",
        "HAProxy serves no client of v1 until an agent has been there",
        Patch(
            SPOE,
            "    use_backend api_v1 if v1\n",
            "    http-request deny status 503 if v1 !agent_up\n    use_backend api_v1 if v1\n",
        ),
        "starting",
        "HAProxy with SPOE serves clients before *",
    ),
    broken_spoe(
        "unknown-keys-accepted",
        "the agent takes no notice of keys that it does not know",
        Patch(
            f"{_AGENT}/settings/nodes.py",
            "            if name not in self._known:\n",
            "            if not self._known:\n",
        ),
        "starting",
        "HAProxy with SPOE refuses a misspelt key of the agent, *",
    ),
    broken(
        "wrong-settings-ignored",
        "the Lua script takes no notice of a setting that it cannot read",
        (Patch(_SCRIPT, "   if value == nil then\n", "   if false then\n"),),
        ("starting", "HAProxy with Lua"),
        "HAProxy with Lua refuses a size in an unknown unit, *",
    ),
    broken(
        "strange-shadow-accepted",
        "the Lua script takes no notice of a shadow that is no backend",
        (
            Patch(
                _SCRIPT,
                "      if not core.backends[shadow.name] then\n",
                "      if not core.backends[shadow.name] then goto next end\n"
                "      if not core.backends[shadow.name] then\n",
            ),
            Patch(
                _SCRIPT,
                "      find_addresses(shadow)\n   end\nend)\n",
                "      find_addresses(shadow)\n      ::next::\n   end\nend)\n",
            ),
        ),
        ("starting", "HAProxy with Lua"),
        "HAProxy with Lua refuses copies to a shadow that does not exist, *",
    ),
    _uncounted(
        "unasked-not-counted",
        "agent_down",
        "With HAProxy with SPOE each copy that is lost while the tool is restarted is counted",
    ),
    _uncounted(
        "unanswered-not-counted",
        "timeout",
        "HAProxy with SPOE loses copies while its tool is frozen under load, and counts each",
        _IMPATIENT,
    ),
    broken(
        "lost-lines-not-counted",
        "the agent counts no lines that the ring has lost",
        (Patch(f"{_AGENT}/inputs/numbers.py", "            self.lost += len(overdue)\n", ""),),
        ("running", "HAProxy with a log ring loses copies"),
        "HAProxy with a log ring loses copies while its tool is frozen under load, *",
    ),
    broken(
        "lines-left-unread",
        "an agent that ends tells that it got all lines, and leaves some",
        (
            Patch(
                f"{_AGENT}/worker.py",
                "        await self._silence()\n",
                "        for tally in self.account.shadows.values():\n"
                "            tally.received += 100\n"
                "        await self._silence()\n",
            ),
        ),
        ("running", "With HAProxy with a log ring each copy"),
        "With HAProxy with a log ring each copy that is lost while the tool is restarted *",
    ),
    broken(
        "spoe-with-a-warning",
        "the SPOE configuration has a warning",
        (Patch(MESSAGE, "    timeout hello 100ms\n", ""),),
        ("limitation", "SPOE"),
        "The corrected SPOE configuration is accepted",
    ),
    broken(
        "late-shadow-not-felt",
        "the script that sends the copy first sends it beside the request",
        (
            Patch(
                _SNIPPETS,
                _ASK,
                f"    local url = {_PATH}\n"
                "    core.register_task(function() core.httpclient():get({\n",
            ),
            Patch(_SNIPPETS, f"        url = {_PATH},\n", "        url = url,\n"),
            Patch(_SNIPPETS, _ASKED, _ASKED.rstrip() + " end)\n"),
        ),
        ("limitation", "A Lua script"),
        "A Lua script that sends the copy first keeps the client waiting *",
    ),
)
