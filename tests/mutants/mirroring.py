"""Mutants that mirror what should not be mirrored."""

from tests.mutants.haproxy import cfg
from tests.mutants.mutant import Mutant

_COPY_LUA = """
local host, port = os.getenv("SHADOW"):match("(.*):(%d+)")
core.register_action("copy", {"http-req"}, function(txn)
   local id, target = txn.sf:req_hdr("x-request-id"), txn.sf:pathq()
   core.register_task(function()
      core.msleep(DELAY)
      local s = core.tcp()
      s:connect(host, tonumber(port))
      s:send("GET " .. target .. " HTTP/1.1\\r\\nHost: a\\r\\nX-Request-Id: " .. id ..
         "\\r\\nConnection: close\\r\\n\\r\\n")
      s:receive("*a")
      s:close()
   end)
end)
"""


def _copying(route: str, delay: int, *killers: str) -> Mutant:
    rule = f"    http-request set-header X-Route {route}\n"
    return Mutant(
        f"{route}-mirrored-after-{delay}-ms",
        f"requests on route {route} reach the shadow, too",
        (
            *cfg("    maxconn 4000\n", "    maxconn 4000\n    lua-load copy.lua\n"),
            *cfg(rule, f"{rule}    http-request lua.copy\n"),
        ),
        (f"baseline: No request on route {route} *", *killers),
        files={"copy.lua": _COPY_LUA.replace("DELAY", str(delay))},
    )


MUTANTS = (
    _copying("v1", 0, "baseline: Bodies *", "limitation: The Lua script that people copy *"),
    _copying("v2", 0),
    _copying("v3", 0),
    _copying("v3", 200),
)
