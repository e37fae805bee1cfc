"""The rooms that people look into; one folder an audience, and what they share."""
