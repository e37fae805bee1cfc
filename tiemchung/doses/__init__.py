"""The domain of doses; see its README."""
