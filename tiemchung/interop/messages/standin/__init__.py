"""A gateway to no phone at all: it takes messages as a provider does, shows them, and fails on demand."""
