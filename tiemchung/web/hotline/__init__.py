"""The response centre: calls, what may be said in them, and promises to call back."""
