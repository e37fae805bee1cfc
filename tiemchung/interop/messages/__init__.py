"""Messages to phones: the ways to a provider, the receipts that come back, and a stand-in gateway."""
