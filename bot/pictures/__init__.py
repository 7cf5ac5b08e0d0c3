"""Pictures that clients send: fetched apart from the words, sealed, and opened once by a person."""
