"""The outside world: one partner, one folder, each with its client or endpoint and a stand-in."""
