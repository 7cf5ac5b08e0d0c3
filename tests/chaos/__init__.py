"""Pulls plugs while texts flow, then asks the phone company's books what came of it."""
