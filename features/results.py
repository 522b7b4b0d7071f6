"""Where Allure's results go: one directory, which holds the results of one run and no others."""

from pathlib import Path

from allure_behave.formatter import AllureFormatter
from behave.configuration import Configuration
from behave.formatter._registry import register_as
from behave.formatter.base import Formatter, StreamOpener

# Both names, so that Allure's documented command works beside the entry in behave.ini.
_NAMES = ("allure", "allure_behave.formatter:AllureFormatter")


class Results(AllureFormatter):  # type: ignore[misc]
    """Allure's formatter, which says nothing in a dry run and where another one writes.

    A dry run would mix scenarios that were not played with the results of the last run, and two
    of Allure's formatters in one run break each other.
    """

    def __new__(cls, stream_opener: StreamOpener, config: Configuration) -> Formatter:
        """Make the formatter, or one that says nothing."""
        wanted = not config.dry_run and stream_opener is _output(config)
        return super().__new__(cls) if wanted else Formatter(stream_opener, config)


def use() -> None:
    """Let behave take this formatter for Allure's; hooks are loaded before formatters are made."""
    for name in _NAMES:
        register_as(name, Results)


def directory(config: Configuration) -> Path | None:
    """Return the directory that results go to, None in a run without Allure."""
    output = _output(config)
    return Path(output.name) if output else None


def _output(config: Configuration) -> StreamOpener | None:
    """Return Allure's output; one that the command line names comes after that of behave.ini."""
    outputs = [
        output
        for name, output in zip(config.format, config.outputs, strict=False)
        if name in _NAMES and output.name
    ]
    return outputs[-1] if outputs else None
