"""Coverage-guided fuzzing of everything that reads what strangers show: `python -m tools.fuzz --help`."""
