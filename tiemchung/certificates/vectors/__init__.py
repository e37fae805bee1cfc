"""Runs folders of published test certificates through the project's own reader and says where they disagree."""
