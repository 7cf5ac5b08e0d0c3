"""Conversations with the line, one subject at a time."""
