"""What the steps stand on: plain typed Python that knows nothing of behave."""
