"""What can be played on this machine, what is missing, and the command that mends it."""
