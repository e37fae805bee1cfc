"""What every stand-in of another owner's system is made of: its door, its file, its switch, its page."""
