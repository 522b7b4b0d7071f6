"""docs/architecture.md describes the house as it is."""

import re
from itertools import pairwise

from features.support.paths import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROOMS = ROOT / "features" / "support"
NAMED = set(re.findall(r"(?<![\w/.-])((?:[\w-]+/)+(?:[\w-]+\.\w+)?|[\w-]+\.(?:py|json|md))", PAGE))


def test_every_room_and_file_that_it_names_exists() -> None:
    assert len(NAMED) > 15
    missing = [name for name in sorted(NAMED) if not (ROOT / name).exists()]
    assert missing == []


def test_it_names_every_room() -> None:
    rooms = [each for each in ROOMS.iterdir() if each.is_dir() and each.name != "__pycache__"]
    absent = [each.name for each in rooms if f"features/support/{each.name}/" not in NAMED]
    assert absent == []


def test_its_arrows_are_those_of_the_imports() -> None:
    """Each import between rooms of features/support runs along the arrows, never against them."""
    arrows = {
        (start, end)
        for line in PAGE.splitlines()
        if "-->" in line
        for start, end in pairwise(part.strip() for part in line.split("-->"))
    }
    rooms = ("checks", "operator", "stack", "gateways", "wire", "policy")
    against = [
        f"{room} imports {other}"
        for room in rooms
        for file in (ROOMS / room).glob("*.py")
        for other in set(re.findall(r"from features\.support\.(\w+)", file.read_text()))
        if other in rooms and other != room and _leads(other, room, arrows)
    ]
    assert against == []


def _leads(start: str, end: str, arrows: set[tuple[str, str]]) -> bool:
    reached, new = set(), {start}
    while new:
        reached |= new
        new = {b for a, b in arrows if a in reached} - reached
    return end in reached
