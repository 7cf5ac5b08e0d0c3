"""What is kept: people, messages, promises, and proof of who did what."""
