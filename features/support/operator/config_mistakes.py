"""Mistakes in what a way of mirroring is configured with, and what must be said of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import CannotFindOutError
from features.support.operator.config_check import STARTED_ELSEWHERE
from features.support.paths import DOCKER
from features.support.scene import Scene
from features.support.stack import Execution

_REFUSED = 1  # the exit code
_SUFFIXES = (".cfg", ".conf", ".spoe", ".yaml")  # the files of a service that a mistake can be in
_HAPROXY = (*STARTED_ELSEWHERE, "{program}", "-db", "-f", "{files}/haproxy.cfg")
_AGENT = ("{python}", "-m", "mirror_agent", "--check", "{files}/mirror-agent.yaml")
_GOREPLAY = (str(DOCKER / "goreplay" / "goreplay.sh"), "--check")
_RENDER = str(DOCKER / "render.sh")
_ENVOY = (
    *("sh", _RENDER, "{files}/envoy.yaml", "{files}/filled.yaml"),
    *("{program}", "--mode", "validate", "-c", "{files}/filled.yaml"),
)
_NGINX = (
    *("sh", _RENDER, "{files}/nginx.conf", "{files}/filled.conf"),
    *("{program}", "-e", "stderr", "-t", "-c", "{files}/filled.conf"),
)
_TEEPROXY = (str(DOCKER / "teeproxy" / "teeproxy.sh"), "--check")


@dataclass(frozen=True)
class Mistake:
    """A wrong variable or a wrong line, and how the service is asked to load it.

    `of` is the part that loads it, "tool" or "front"; `command` is run where that service runs. In
    `file` the text `old` is replaced by `new`, of one line each. Each word of `named` must be in
    the message; in it, {line} is the number of the wrong line.
    """

    of: str
    command: tuple[str, ...]
    named: tuple[str, ...]
    file: str = ""
    old: str = ""
    new: str = ""


MISTAKES: Mapping[str, Mistake] = {
    "a misspelt key of the agent": Mistake(
        "tool",
        _AGENT,
        ("mirror-agent.yaml:{line}:", "shrae", "'share'"),
        "mirror-agent.yaml",
        "    share: 50\n",
        "    shrae: 50\n",
    ),
    "an incomplete address of the agent": Mistake(
        "tool",
        _AGENT,
        ("mirror-agent.yaml:{line}:", "inputs.ring.listen", "host:port"),
        "mirror-agent.yaml",
        "    listen: ${RING_BIND:-127.0.0.1:12346}\n",
        "    listen: agent\n",
    ),
    "a share of 200 %": Mistake(
        "tool", ("env", "MIRROR_SHARES=v1=200", *_GOREPLAY), ("MIRROR_SHARES", "v1=200")
    ),
    "a share of 150 %": Mistake("tool", ("env", "SHARE=150", *_TEEPROXY), ("SHARE=150",)),
    "a message with an unknown sample fetch": Mistake(
        "front",
        _HAPROXY,
        ("mirror.spoe:{line}]", "req.bdy"),
        "mirror.spoe",
        " body=req.body announced=",
        " body=req.bdy announced=",
    ),
    "a size in a unit that does not exist": Mistake(
        "front", ("env", "MIRROR_MAX_BODY=16x", *_HAPROXY), ("MIRROR_MAX_BODY", "16x")
    ),
    "copies to a shadow that does not exist": Mistake(
        "front",
        _HAPROXY,
        ("MIRROR_TO", "nobody"),
        "haproxy.cfg",
        "    setenv    MIRROR_TO      shadow\n",
        "    setenv    MIRROR_TO      nobody\n",
    ),
    "an unknown protocol of the ring": Mistake(
        "front",
        _HAPROXY,
        ("haproxy.cfg:{line}]", "log-proto", "octets"),
        "haproxy.cfg",
        " log-proto octet-count\n",
        " log-proto octets\n",
    ),
    "a misspelt key of a route": Mistake(
        "front",
        _ENVOY,
        ("runtime_kye",),
        "envoy.yaml",
        " runtime_key: mirror.v2\n",
        " runtime_kye: mirror.v2\n",
    ),
    "a misspelt directive": Mistake(
        "front",
        _NGINX,
        ("filled.conf:{line}", '"split_client"'),
        "nginx.conf",
        "    split_clients $request_id",
        "    split_client $request_id",
    ),
}


@dataclass(frozen=True)
class Answer:
    """What was said to a mistake, and the words that had to be in it."""

    execution: Execution
    named: tuple[str, ...]

    def check_located_refusal(self) -> list[str]:
        """Say how the mistake was not refused, or not by its place."""
        said = self.execution.output
        missing = [word for word in self.named if word not in said]
        if self.execution.code == _REFUSED and not missing:
            return []
        return [f"exit code {self.execution.code}, {missing} not in:", said]


def load(scene: Scene, name: str) -> Answer:
    """Let the service load its configuration of this run with one mistake in it."""
    mistake = MISTAKES[name]
    gateway = scene.in_front
    service = gateway.playing(mistake.of)
    files, line = _files(scene, service, mistake) if _has_files(scene, service) else ({}, 0)
    said = scene.stack.exec(service, mistake.command, files)
    return Answer(said, tuple(word.format(line=line) for word in mistake.named))


def _has_files(scene: Scene, service: str) -> bool:
    return scene.stack.service(service).configuration is not None


def _files(scene: Scene, service: str, mistake: Mistake) -> tuple[dict[str, str], int]:
    """Return the service's files, one of them with the mistake, and the number of its line."""
    directory = scene.stack.configuration(service).parent
    files = {each.name: each.read_text() for each in _configurations(directory)}
    if not mistake.file:
        return files, 0
    text = files[mistake.file]
    if text.count(mistake.old) != 1:
        raise CannotFindOutError(f"{directory / mistake.file} has not one {mistake.old!r}")
    line = text[: text.index(mistake.old)].count("\n") + 1
    return {**files, mistake.file: text.replace(mistake.old, mistake.new)}, line


def _configurations(directory: Path) -> list[Path]:
    return [each for each in sorted(directory.iterdir()) if each.suffix in _SUFFIXES]
