"""What a text message becomes."""
