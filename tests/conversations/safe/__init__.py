"""Conversations of people whose phone somebody else may read."""
