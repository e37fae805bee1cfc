"""The domain of stock; see its README."""
