"""The ground that every domain stands on; it knows no domain."""
