"""What came of the program, in counts from which nobody can be known."""
