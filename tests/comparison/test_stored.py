"""JSON that can be read again, in a diff too, and errors of one line."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison import storage
from comparison.model import Comparison
from tests.comparison.build import RING, SPOE, comparison, limit, outcome

MADE = comparison([outcome(SPOE, tags="blocker claim.headers"), limit(RING)])


def read(tmp_path: Path, text: str) -> Comparison:
    file = tmp_path / "comparison.json"
    file.write_text(text)
    return storage.load(file)


def test_what_is_written_is_read_again_and_written_the_same(tmp_path: Path) -> None:
    again = read(tmp_path, storage.dump(MADE))
    assert again == MADE
    assert storage.dump(again) == storage.dump(MADE)


def test_a_cell_stands_on_one_line() -> None:
    lines = storage.dump(MADE).splitlines()
    (line,) = [each for each in lines if '"limit"' in each]
    assert SPOE not in line
    assert json.loads("{" + line.strip().rstrip(",") + "}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not a comparison"),
        ('{"a": 1}', "not a comparison"),
        ('{"comparison": 99}', "schema 99, this program reads schema 1"),
        ('{"comparison": 1}', "damaged"),
        ('{"comparison": 1, "runs": [{"x": 1}]}', "damaged"),
        (storage.dump(MADE).replace('"verdict": "kept"', '"verdict": "fine"'), "damaged"),
        (storage.dump(MADE).replace('"of": 1', '"off": 1'), "damaged"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(storage.UnreadableError) as caught:
        read(tmp_path, text)
    assert told in str(caught.value)
    assert "comparison.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(storage.UnreadableError, match=r"absent\.json: No such file"):
        storage.load(tmp_path / "absent.json")


def _scrambled() -> st.SearchStrategy[str]:
    text = storage.dump(MADE)
    return st.integers(0, len(text) - 1).flatmap(
        lambda at: st.sampled_from(['"', "{", "}", "1", "null", ""]).map(
            lambda new: text[:at] + new + text[at + 1 :]
        )
    )


@given(_scrambled())
def test_damage_never_ends_in_anything_but_that_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "scrambled-comparison.json"
    file.write_text(text)
    with suppress(storage.UnreadableError):
        storage.load(file)
