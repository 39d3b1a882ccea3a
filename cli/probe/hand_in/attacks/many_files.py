"""Makes empty files without end.

aim: harm
ends: timeout_cpu or raised
docker: the scratch disk holds 65536 files; the limit on CPU time
bubblewrap: the limit on CPU time
"""


def attack(x):
    for number in range(10**9):
        open(f"/tmp/{number}", "w").close()
