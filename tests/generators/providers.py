"""The providers of GAL that are tried: what each is called, and how its configuration starts."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.support.gateways.catalogue import CATALOGUE
from features.support.stack import programs
from features.support.stack.service import Program, Service
from tests.generators.replacements import Exchange

_NO_NEWS = ("--global.checknewversion=false", "--global.sendanonymoususage=false")


@dataclass(frozen=True)
class Provider:
    """A provider: the class in GAL, the gateway's name here, its file and its command.

    {program} in `command` is the binary that the catalogue finds; `surroundings` exchange what
    its configurations ask of the machine. `not_run` says why one is generated and not started.
    """

    name: str
    generator: str
    file: str
    command: Sequence[str] = ()
    surroundings: Sequence[Exchange] = ()
    not_run: str = ""

    @property
    def service(self) -> Service:
        """Return the catalogue's service of the same software."""
        return next(each for each in CATALOGUE[self.name].services if each.program)

    @property
    def program(self) -> Program:
        """Return the catalogue's program."""
        found = self.service.program
        assert found is not None
        return found

    def binary(self) -> Path | None:
        """Return the binary to run, None when this machine has none."""
        return programs.find(self.program)

    def version(self, binary: Path) -> str:
        """Return the binary's version."""
        asked = [word.replace("{program}", str(binary)) for word in self.service.version]
        return programs.version(asked)


PROVIDERS = (
    Provider(
        "HAProxy",
        "HAProxyProvider",
        "haproxy.cfg",
        # -db: in the foreground, although `daemon` is written in the file.
        ("{program}", "-db", "-f", "${CONFIGURATION}"),
        (
            Exchange(r"^ +(chroot|user|group) .*\n"),
            Exchange(r"/var/run/haproxy\.pid", "${SCRATCH}/haproxy.pid"),
            Exchange(r"/var/lib/haproxy/stats", "${SCRATCH}/stats"),
        ),
    ),
    Provider(
        "Nginx",
        "NginxProvider",
        "nginx.conf",
        (
            *("{program}", "-p", "${SCRATCH}", "-e", "stderr", "-c", "${CONFIGURATION}"),
            *("-g", f"daemon off; pid ${{SCRATCH}}/nginx.pid; user {getpass.getuser()};"),
        ),
        (
            # Types of files; what is passed on has its own.
            Exchange(r"/etc/nginx/mime\.types", "/dev/null"),
            Exchange(r"/var/log/nginx/", "${SCRATCH}/"),
        ),
    ),
    Provider(
        "Envoy",
        "EnvoyProvider",
        "envoy.yaml",
        (
            *("{program}", "-c", "${CONFIGURATION}", "--log-level", "warn"),
            *("--use-dynamic-base-id", "--concurrency", "2"),
        ),
    ),
    Provider(
        "APISIX",
        "APISIXProvider",
        "apisix.json",
        not_run="APISIX comes as an image only, and what GAL generates is for its Admin API",
    ),
    Provider(
        "Traefik",
        "TraefikProvider",
        "routes.yaml",  # a traefik.yaml beside it Traefik would take for its own settings
        # GAL writes routes alone; where Traefik listens and reads them is said here.
        (
            *("{program}", "--entrypoints.web.address=${GATEWAY_BIND}"),
            *("--providers.file.filename=${CONFIGURATION}", *_NO_NEWS),
        ),
    ),
)
