"""Telling the workers, after the commit. A broker that cannot be reached is noted; the reconciler tells them later."""

from __future__ import annotations

import structlog
from sqlalchemy import update

from core import metrics
from core.deps import Deps
from core.errors import OurError
from core.models import Submission

log = structlog.get_logger(__name__)


def enqueue(deps: Deps, submission_id: str) -> bool:
    """Whether the broker took the message."""
    try:
        deps.queue.enqueue(submission_id)
    except OurError as error:
        metrics.NOT_ENQUEUED.inc()
        log.warning("submission.not_enqueued", submission=submission_id, error=str(error))
        with deps.database.write(durable=False) as session:
            session.execute(update(Submission).where(Submission.id == submission_id).values(enqueued_at=None))
        return False
    return True
