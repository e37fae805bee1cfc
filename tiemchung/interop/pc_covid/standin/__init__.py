"""A PC-Covid to no citizen at all: it keeps what it is told, shows it, proposes doses, and fails on demand."""
