"""An object whose text is asked for: the method that makes it ends the process.

aim: harm
uses: str
ends: exited
stopped by: the text is made in the student's process
"""

import os


class Text:
    def __str__(self):
        os._exit(3)


def attack(x):
    return Text()
