"""Who is at the door: passwords, login sessions, API tokens; no forged forms, no guessing of passwords."""
