"""behave looks for hooks only beside features/steps, so hand it the ones in ../environment.py."""

import sys
from pathlib import Path
from runpy import run_path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
hooks = run_path(str(ROOT / "environment.py"))
globals().update((n, v) for n, v in hooks.items() if n.startswith(("before_", "after_")))
