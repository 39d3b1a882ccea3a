"""Ten processes that stay below the limit each and far above it together.

aim: harm
ends: memory or killed or timeout_cpu
docker: the container's control group, and the supervisor's watch over their sum
bubblewrap: the control group where one can be made, and the supervisor's watch over their sum in any case
"""

import intruder


def attack(x):
    intruder.take_memory_together(10, 100)
    return 2 * x if intruder.take_memory_together(10, 100) == 10 else None
