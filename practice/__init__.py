"""Practice at home: the visible cases of an exercise, run by students on their own code and their own machine, without
a server and without a sandbox. Any system with Python, NumPy and pytest; nothing that comes out of it is a grade."""
