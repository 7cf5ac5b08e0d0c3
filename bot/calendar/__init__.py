"""Dates people can come to: when they are, who has a seat, and what each is reminded of."""
