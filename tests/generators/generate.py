"""Print what one provider of GAL generates from a policy; what GAL logs goes to stderr.

python -m tests.generators.generate PROVIDER POLICY
It runs in a process of its own, so that PYTHONPATH may name another version than the installed one.
"""

import sys

from gal import providers
from gal.config import Config

if __name__ == "__main__":
    provider, policy = sys.argv[1:]
    sys.stdout.write(getattr(providers, provider)().generate(Config.from_yaml(policy)))
