"""What is told of findings is short, whatever was found."""

from hypothesis import given
from hypothesis import strategies as st

from features.support.telling import MOST_LETTERS, MOST_LINES, brief, listed, printable, told

texts = st.text(max_size=900) | st.just("POST /x: " + "y" * 500)


@given(texts | st.lists(texts, max_size=40))
def test_a_message_is_short_and_says_something(findings: str | list[str]) -> None:
    message = told(findings)
    assert message.strip()
    assert len(message.splitlines()) <= MOST_LINES
    assert len(message) <= MOST_LETTERS


@given(st.lists(texts) | texts | st.none() | st.dictionaries(texts, st.integers()))
def test_what_was_seen_is_told_in_a_few_words(value: object) -> None:
    assert 0 < len(brief(value)) <= 100


def test_words_of_others_steer_no_terminal() -> None:
    assert printable("a\x1b[2Jb\r\n\x9b1mé") == "a\ufffd[2Jb\ufffd\n\ufffd1mé"


def test_what_is_few_is_told_whole() -> None:
    assert brief(["a", "b"]) == "a, b"
    assert brief({"v1": 3}) == "v1: 3"
    assert [brief(each) for each in ((), "", None, [""])] == ["nothing"] * 4
    assert brief(["x" * 60, "y" * 60]) == "2, the first: " + "x" * 60


def test_words_are_listed_as_in_a_sentence() -> None:
    assert listed(["PUT"]) == "PUT"
    assert listed(["PATCH", "DELETE", "PURGE"]) == "PATCH, DELETE and PURGE"


def test_requests_with_the_same_trouble_are_told_in_one_line() -> None:
    trouble = [f"{m} /api/v1/orders with 5 bytes: it has no copy" for m in ("PATCH", "PUT", "PUT")]
    assert told(trouble) == "PATCH and PUT /api/v1/orders with 5 bytes: it has no copy"


def test_what_is_too_much_is_counted() -> None:
    assert told([f"line {n}" for n in range(9)]).splitlines()[-1] == "and 5 lines more"
