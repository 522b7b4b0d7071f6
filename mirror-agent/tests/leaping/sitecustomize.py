"""Clocks that leap: Python imports this at its start, and both go by what AGENT_CLOCK holds.

The file has two doubles: seconds on top of the wall clock's, and on top of the steady one's.
"""

import mmap
import os
import struct
import time
from pathlib import Path

_wall, _steady = time.time, time.monotonic
with Path(os.environ["AGENT_CLOCK"]).open("rb") as _file:
    _page = mmap.mmap(_file.fileno(), 16, access=mmap.ACCESS_READ)


def _leapt_wall() -> float:
    return _wall() + float(struct.unpack_from("d", _page, 0)[0])


def _leapt_steady() -> float:
    return _steady() + float(struct.unpack_from("d", _page, 8)[0])


time.time, time.monotonic = _leapt_wall, _leapt_steady
