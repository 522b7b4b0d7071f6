"""Sections of a YAML file as pydantic reads them, and what is said of a wrong one.

Whatever is not exactly what a section may say is an error, with file, line and key.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from features.support.errors import FileError
from features.support.policy.places import Source, read, shown

# What pydantic finds wrong, in the words of who writes the file.
_NEEDED = {
    "string_type": "text is",
    "int_type": "a whole number is",
    "float_type": "a number is",
    "bool_type": "true or false is",
    "list_type": "a list is",
    "too_short": "a list is",
    "model_type": "keys with values are",
    "dict_type": "keys with values are",
}


class SectionError(ValueError):
    """What is wrong at a place below a section, or with a key of it."""

    def __init__(self, message: str, *below: str | int, key: str | None = None) -> None:
        super().__init__(message)
        self.below = below
        self.key = key


class Section(BaseModel):
    """Keys with values; `unread` are keys that may be there and are not looked into."""

    model_config = ConfigDict(strict=True, frozen=True)
    unread: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        fields = (each.alias or name for name, each in cls.model_fields.items())
        known = (*fields, *cls.unread.split())
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                hint = closest(str(key), known)
                raise SectionError(f"unknown key {shown(str(key))}{hint}", key=str(key))
        return data


def closest(word: str, known: Iterable[str]) -> str:
    """Return a hint at the known word that was probably meant, "" where none is near."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def among(what: str, words: Iterable[str], where: str = "") -> AfterValidator:
    """Return a validator that takes these words alone; `what` they are, in the error.

    `where` says where they are listed, if they are too many for one line.
    """
    known = list(words)

    def check(text: str) -> str:
        if text not in known:
            hint = closest(text, known) or f"; {where or 'known: ' + ', '.join(known)}"
            raise ValueError(f"is no {what}{hint}")
        return text

    return AfterValidator(check)


def must(test: Callable[[Any], object], what_else: str) -> AfterValidator:
    """Return a validator that takes what passes a test; `what_else` is said of others."""

    def check(value: Any) -> Any:
        if not test(value):
            raise ValueError(what_else)
        return value

    return AfterValidator(check)


def like(pattern: str, what_else: str) -> AfterValidator:
    """Return a validator that takes what a regular expression matches as a whole."""
    return must(re.compile(pattern, re.ASCII).fullmatch, what_else)


S = TypeVar("S", bound=Section)


def validated(path: Path, kind: type[S]) -> tuple[Source, S]:
    """Read a YAML file; raises FileError, in one line, for the first thing that is wrong."""
    source = read(path)
    try:
        return source, kind.model_validate(source.data)
    except ValidationError as reason:
        raise _error(source, reason.errors()[0]) from reason


def _error(source: Source, found: ErrorDetails) -> FileError:
    loc, reason = found["loc"], found.get("ctx", {}).get("error")
    if isinstance(reason, SectionError):
        return source.error(str(reason), loc + reason.below, reason.key)
    if found["type"] == "missing":
        return source.error(f"{loc[-1]} is missing", loc[:-1])
    written = shown(str(loc[-2])) if loc[-1:] == ("[key]",) else source.written(loc)
    if reason is not None:
        return source.error(f"{written} {reason}", loc)
    return source.error(
        f"{_NEEDED.get(found['type'], 'another value is')} needed, not {written}", loc
    )
