"""What a citizen says about the own record: right, wrong, missing, personal data wrong; and what became of it."""
