"""A page that shows the journals of primary and shadow side by side, as requests come."""
