"""The domain of figures; see its README."""
