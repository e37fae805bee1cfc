"""The demonstration week: a cast with stories, a few thousand synthetic people, dates relative to today."""
