"""How a run can go wrong; AssertionError is kept for a product that breaks its promise."""


class CannotFindOutError(Exception):
    """Something kept us from finding out whether the product keeps its promise."""


class StackError(CannotFindOutError):
    """The stack could not be started, reached or changed; the message is one line."""


class MissingAbilityError(StackError):
    """A gateway cannot be asked for something, so that what needs it cannot be tried."""


class OptionError(CannotFindOutError):
    """An option of the run is wrong; the message says which, and what is possible."""


class FileError(CannotFindOutError):
    """A file that the user wrote is wrong; the message is one line with file, line and key."""
