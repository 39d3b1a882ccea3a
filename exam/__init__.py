"""The exam: a trusted examiner asks, an untrusted candidate answers, and only values cross."""
