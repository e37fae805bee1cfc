"""The domain of people; see its README."""
