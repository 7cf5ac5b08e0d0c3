"""Asking how someone is, as often as they chose; caring words after a stay; steps of their own."""
