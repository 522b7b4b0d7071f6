"""What a service's words mean in its container."""

from pathlib import Path

from features.support.paths import DOCKER
from features.support.stack.service import Service

FILES = "/tmp/files"
_SCRATCH = "/tmp"


def filled(word: str, service: Service) -> str:
    """Return a word of a command with its {braces} and paths as they are in the container."""
    configuration = service.configuration_inside or ""
    known = {
        str(DOCKER): "/opt",  # where our images have what is in our directories
        "{program}": service.program.name if service.program else "",
        "{python}": "python3",
        "{configuration}": configuration,
        "{configurations}": str(Path(configuration).parent),
        "{scratch}": _SCRATCH,
        "{files}": FILES,
    }
    for placeholder, value in known.items():
        word = word.replace(placeholder, value)
    return word
