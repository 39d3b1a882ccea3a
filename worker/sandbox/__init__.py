"""Places to run code that nobody trusts: one small interface, kept by Docker and by bubblewrap."""
