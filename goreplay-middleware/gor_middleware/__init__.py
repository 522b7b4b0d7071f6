"""GoReplay's middleware: says which captured requests are copied, and accounts for each."""

__version__ = "1.0.0"
