"""The words of the line: one file a language, and what reads them."""
