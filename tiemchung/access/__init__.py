"""The domain of access; see its README."""
