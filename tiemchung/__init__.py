"""Tiêm Chủng: one record of every dose, and its proof."""
