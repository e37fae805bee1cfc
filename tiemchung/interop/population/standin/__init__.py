"""A population database of invented citizens: it says right or wrong, shows what it was asked, and fails on demand."""
