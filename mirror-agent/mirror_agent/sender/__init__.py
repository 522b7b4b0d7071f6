"""The way out: copies go to each shadow over its own bounded pool of connections."""
