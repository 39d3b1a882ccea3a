"""The life of a submission. State changes here and nowhere else; every function is one transaction.

    receive ──> queued ──claim──> running ──finish──> done
                  ^  ^               │
      retry by    │  │ reconcile     │ fail (our or the suite's fault), lease expired, release
      staff       │  └───────────────┤
                  └── stuck <────────┘ after max_attempts

    queued, running ──cancel──> cancelled              by the student
    queued ──receive──> superseded                     by a newer hand-in, where the exercise is set so
    whatever has ended ──regrade──> queued             by staff; a result stays until the new one is final

A message says that there is work, not which: ``claim`` takes the submission whose turn it is (``ordering``).

An attempt holds a lease, which its worker's heartbeat renews, and a number, which only grows. ``Submission.fence`` is
the number of the latest attempt; a worker with an older one gets LeaseLost and changes nothing. So a submission has one
final result, whatever dies and whatever arrives twice or late.
"""

from core.submissions.asking import cancel, regrade, retry
from core.submissions.grading import (
    Claim,
    Setting,
    claim,
    fail,
    finish,
    heartbeat,
    plan,
    record,
    release,
)
from core.submissions.limits import Allowance, allowance
from core.submissions.receiving import check_open, check_opened, receive
from core.submissions.recovering import Reconciler, expire_leases, reconcile

__all__ = [
    "Allowance",
    "Claim",
    "Reconciler",
    "Setting",
    "allowance",
    "cancel",
    "check_open",
    "check_opened",
    "claim",
    "expire_leases",
    "fail",
    "finish",
    "heartbeat",
    "plan",
    "receive",
    "reconcile",
    "record",
    "regrade",
    "release",
    "retry",
]
