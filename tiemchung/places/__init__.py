"""The domain of places; see its README."""
