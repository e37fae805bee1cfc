"""A signing program for a signer's own computer: it holds the key, shows what is asked and signs what is agreed to.

It stands alone: it needs no Django and no database. See docs/how-to/facility-signing.md.
"""
