"""Routes that tell whether a gateway that watches its file serves the new one."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A route of a path of its own, by which it is seen that a file is served.

    `route` is its text, with {path}, which comes below the line `below`; `status` what it answers.
    """

    below: str
    route: str
    status: int

    def put(self, text: str, path: str) -> str:
        """Return a file's text with the route, in place of an earlier one."""
        earlier = re.escape(self.route).replace(re.escape("{path}"), ".*")
        bare = re.sub(earlier, "", text)
        return bare.replace(self.below, self.below + self.route.replace("{path}", path))


APISIX = Mark(
    "\nroutes:\n",
    "  - id: generation\n"
    "    uri: {path}\n"
    "    plugins: {fault-injection: {abort: {http_status: 204}}}\n",
    status=204,
)
# Traefik counts a file as loaded before it serves it. 418 is what its own service answers.
TRAEFIK = Mark(
    "\n  routers:\n",
    "    generation:\n"
    "      entryPoints: [gateway]\n"
    "      rule: Path(`{path}`)\n"
    "      service: noop@internal\n",
    status=418,
)
