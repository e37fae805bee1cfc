"""The domain of certificates; see its README."""
