"""The citizen's health book."""
