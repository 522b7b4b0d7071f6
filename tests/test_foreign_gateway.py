"""Whoever adds a gateway as README says gets a column with right verdicts, and touches no more."""

import shutil
from pathlib import Path

import pytest

from comparison import storage
from comparison.model import Verdict
from tests.conftest import compared
from tests.runs import ROOT, behave

NAME = "Foreign"
DESCRIPTION = '''\
"""A reverse proxy that mirrors every request."""

from features.support.gateways.model import Gateway, without_a_tool
from features.support.paths import DOCKER
from features.support.stack.service import Port, Service

_SERVICE = Service(
    name="foreign",
    title="Foreign",
    container="foreign",
    command=("{python}", "{configuration}"),
    ports={"proxy": Port("GATEWAY_BIND", inside=10000, published="FOREIGN_GATEWAY_PORT")},
    environment={
        "PRIMARY": "{primary.service}",
        "SHADOW": "{shadow.service}",
        "MIRROR_MARKER": "{marker}",
    },
    configuration=DOCKER / "foreign" / "foreign_gateway.py",
    configuration_inside="/etc/foreign/foreign_gateway.py",
    version=("{python}", "--version"),
)
GATEWAY = Gateway(
    "Foreign",
    (_SERVICE,),
    front="foreign",
    checks_shadow=False,
    does_not_apply={
        "account": "it counts nothing",
        **without_a_tool("nothing runs beside it"),
    },
)
'''
COMPOSED = """\
  foreign:
    <<: *native
    profiles: [foreign]
    image: python:3-slim
    entrypoint: [python3]
    command: [/etc/foreign/foreign_gateway.py]
    volumes: ["${CONFIGURATIONS:-.}/foreign:/etc/foreign:ro"]
    environment: *native-environment
    ports: ["127.0.0.1:${FOREIGN_GATEWAY_PORT-10104}:10000"]

networks:
"""
# Promises in whose examples it gets a row, as if it kept them, and what comes of that.
CLAIMED = {
    "method": Verdict.KEPT,
    "marker": Verdict.KEPT,
    "credentials": Verdict.KEPT,
    "small-bodies": Verdict.KEPT,
    "forged-marker": Verdict.KEPT,
    "no-loop": Verdict.KEPT,
    "share": Verdict.FAILED,  # it mirrors all of v2
    "chosen-shadow": Verdict.FAILED,  # and all of v3
}
FEATURES = ("copies", "sampling", "security")


def add(tree: Path) -> None:
    """Add the gateway in the steps of README."""
    (tree / "docker" / "foreign").mkdir()
    shutil.copy2(ROOT / "tests" / "foreign_gateway.py", tree / "docker" / "foreign")
    change(tree / "docker" / "docker-compose.yml", "networks:\n", COMPOSED)
    gateways = tree / "features" / "support" / "gateways"
    (gateways / "foreign.py").write_text(DESCRIPTION)
    change(gateways / "catalogue.py", "    envoy,\n", "    envoy,\n    foreign,\n")
    change(
        gateways / "catalogue.py",
        "    traefik.GATEWAY,\n",
        "    traefik.GATEWAY,\n    foreign.GATEWAY,\n",
    )
    for name in FEATURES:
        file = tree / "features" / "mirroring" / f"{name}.feature"
        file.write_text(with_rows(file.read_text()))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{file} has not one {old!r}"
    file.write_text(text.replace(old, new))


def with_rows(text: str) -> str:
    """Add a row to the first examples of each promise that the gateway claims to keep."""
    lines = text.splitlines(keepends=True)
    for promise in CLAIMED:
        tags = [n for n, line in enumerate(lines) if f"@promise.{promise} " in line]
        for start in tags[:1]:
            heading = next(n for n in range(start, len(lines)) if "| gateway" in lines[n])
            lines.insert(heading + 1, f"      | {NAME} |\n")
    return "".join(lines)


@pytest.mark.stack
def test_a_gateway_added_as_documented_gets_right_verdicts(tree: Path, tmp_path: Path) -> None:
    add(tree)
    files = [f"features/mirroring/{name}.feature" for name in FEATURES]
    played = behave(
        [*compared(tmp_path), "-D", "stack=local", "-D", f"gateways={NAME}", *files], tree=tree
    )
    said = storage.load(tmp_path / "comparison.json")
    (column,) = (each for each in said.columns if each.gateway == NAME)
    verdicts = {
        each.id: each.cell(column).verdict
        for each in said.promises
        if each.id in CLAIMED or each.id == "account"
    }
    assert verdicts == {**CLAIMED, "account": Verdict.DOES_NOT_APPLY}, played.output
    assert played.code == 1
    assert len(played.failures) == list(CLAIMED.values()).count(Verdict.FAILED), played.failures
