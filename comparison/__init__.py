"""The comparison that was executed: which gateway keeps which promise, read from runs."""
