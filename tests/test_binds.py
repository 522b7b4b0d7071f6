"""Whatever listens does so on loopback unless asked otherwise, and its header says so."""

import re

from tests.runs import ROOT

FILES = sorted(
    path
    for path in (
        *ROOT.glob("docker/*/*"),
        *ROOT.glob("docker/*/routes/*"),
        ROOT / "docker" / "render.sh",
        ROOT / "mirror-agent" / "reference" / "mirror-agent.yaml",
    )
    if path.is_file() and not path.name.startswith("Dockerfile")
)
# presetenv NAME value · ${NAME:-value} · ${NAME:=value}
DEFAULT = re.compile(r"\b([A-Z]+_BIND)(?: +|:[-=])(\S+?:\d+)[}\"\s]")
READ = re.compile(r"\$\{\{?([A-Z]+_BIND)")
TOLD = re.compile(r"^#.*\b([A-Z]+_BIND)\b", re.M)


def test_defaults_are_on_loopback() -> None:
    defaults = [(path.name, *each) for path in FILES for each in DEFAULT.findall(path.read_text())]
    assert len({name for _, name, _ in defaults}) >= 5
    assert [each for each in defaults if not each[2].startswith("127.0.0.1:")] == []


def test_a_header_tells_of_each_port_that_its_file_opens() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.name != "mirror-agent.yaml"  # has each with its default where it stands
        and "# Environment    see config.yaml." not in (text := path.read_text())
        and not set(READ.findall(text)) - {"GATEWAY_BIND"} <= set(TOLD.findall(text))
    ]
    assert silent == []
