"""The pages that are open to everybody."""
