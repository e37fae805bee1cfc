"""The desk of cases: what citizens reported as wrong, answered by facilities and authorities."""
