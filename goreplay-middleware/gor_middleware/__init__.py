"""GoReplay's middleware: says which captured requests are copied, and accounts for each."""
