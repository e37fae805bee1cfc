"""The pages of facility leads, correctors and officers."""
