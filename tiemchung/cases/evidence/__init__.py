"""Photos and files that prove a report: cleaned, sealed, scanned, read; each step is one file."""
