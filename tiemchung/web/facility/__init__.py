"""The pages of a vaccination point: the desk, today's list, and the desk's door for programs."""
