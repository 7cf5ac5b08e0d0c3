"""Reminding people of their dates: planned ahead, discreet, once each, never after the start."""
