"""The domain of vaccines; see its README."""
