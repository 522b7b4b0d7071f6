"""Say what can be played on this machine, what is missing, and the command that mends it.

Ends with 0 when every gateway can be played, 1 when some cannot, 3 when none can.
"""

import argparse
import json
import os
import sys

from features.support.doctor.examination import as_data, as_text, code, examine


def main(arguments: list[str]) -> int:
    """Examine this machine, within ten seconds, and change nothing."""
    command = argparse.ArgumentParser(prog="doctor", description=__doc__)
    command.add_argument("--json", action="store_true", help="for programs to read")
    asked = command.parse_args(arguments)
    found = examine()
    print(json.dumps(as_data(found), indent=2) if asked.json else as_text(found))
    return code(found)


if __name__ == "__main__":
    ended = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(ended)  # whoever gave no answer in time is not waited for
