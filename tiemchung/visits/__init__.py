"""The domain of visits; see its README."""
