"""`make run`: every process of an installation on one machine, started, watched and ended together."""
