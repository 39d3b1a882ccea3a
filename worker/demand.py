"""What the queue will ask for next, so that spare pairs of sandboxes can wait for it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from sqlalchemy import select

from core.deps import Deps
from core.errors import AbgabeError
from core.models import Exercise, Submission, SubmissionState
from core.submissions.ordering import ORDER
from core.suites import Suite, find_suite


@dataclass(frozen=True)
class QueueAhead:
    """The suites of the hand-ins that are next in line; one that cannot be read is left out: its exam will say why."""

    state: Deps

    def __call__(self, most: int) -> list[Suite]:
        suites: dict[str, Suite] = {}
        slugs = self._exercises(most)
        for slug in dict.fromkeys(slugs):
            with contextlib.suppress(AbgabeError):
                suites[slug] = find_suite(self.state.settings.suites_dir, slug)
        return [suites[slug] for slug in slugs if slug in suites]

    def _exercises(self, most: int) -> list[str]:
        is_due = (Submission.state == SubmissionState.QUEUED) & (Submission.due_at <= self.state.clock())
        query = select(Exercise.slug).join(Submission, Submission.exercise_id == Exercise.id)
        with self.state.database.read() as session:
            return list(session.scalars(query.where(is_due).order_by(*ORDER).limit(most)))
