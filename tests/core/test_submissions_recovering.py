"""Finding lost work: expired leases, lost messages, several reconcilers at once."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from core import submissions
from core.errors import NotFound, OurError
from core.models import Attempt, AttemptState, Submission, SubmissionState
from core.queries import submission_page
from core.submissions import Reconciler, reconcile
from tests.core.state_makers import State, make_report, make_score, together


class TestLeases:
    def test_a_silent_worker_loses_its_attempt(self, state: State) -> None:
        submission = state.receive()
        state.claim(submission, "silent")
        state.clock.forward(state.deps.settings.lease_s + 1)
        assert reconcile(state.deps) == [submission.id]
        page = submission_page(state.database, submission.id)
        assert page is not None
        assert page.attempt is not None
        assert (page.submission.state, page.attempt.state) == (SubmissionState.QUEUED, AttemptState.ABANDONED)
        assert page.attempt.error == {"code": "lease.expired", "params": {"worker": "silent"}}

    def test_a_heartbeat_keeps_it(self, state: State) -> None:
        claim = state.claim(state.receive())
        for _ in range(5):
            state.clock.forward(state.deps.settings.lease_s - 1)
            submissions.heartbeat(state.deps, claim)
            assert reconcile(state.deps) == []
        submissions.finish(state.deps, claim, make_report(), make_score())

    def test_a_worker_that_is_just_finishing_is_waited_for(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        state.clock.forward(state.deps.settings.lease_s + 1)
        with ThreadPoolExecutor() as pool:
            with state.database.write() as session:
                row = session.get_one(Submission, submission.id, with_for_update=True)
                reconciling = pool.submit(reconcile, state.deps)
                assert not wait([reconciling], timeout=0.2).done
                row.state = SubmissionState.DONE
                session.get_one(Attempt, claim.attempt_id).state = AttemptState.FINISHED
            assert reconciling.result() == []
        assert state.load(submission).state is SubmissionState.DONE

    def test_a_submission_that_kills_its_workers_gets_stuck(self, state: State) -> None:
        submission = state.receive()
        for _ in range(3):
            state.claim(submission)
            state.clock.forward(state.deps.settings.lease_s + 1)
            reconcile(state.deps)
        assert state.load(submission).state is SubmissionState.STUCK

    def test_the_leases_of_a_dead_process_end_at_once_and_no_others(self, state: State) -> None:
        mine, other, percent = state.receive(), state.receive(), state.receive()
        state.claim(mine, "embedded-a_%:host/1/x")
        state.claim(other, "embedded-b:host/2/y")
        state.claim(percent, "embedded-axx:host/3/z")
        submissions.expire_leases(state.deps, "embedded-a_%:")
        assert reconcile(state.deps) == [mine.id]


class TestMessages:
    def test_a_lost_message_is_sent_again_after_a_while(self, state: State) -> None:
        submission = state.receive()
        state.queue.ids.clear()
        state.clock.forward(state.deps.settings.requeue_s - 1)
        assert reconcile(state.deps) == []
        state.clock.forward(2)
        assert reconcile(state.deps) == [submission.id]
        assert reconcile(state.deps) == []

    def test_a_long_queue_is_not_a_loss(self, state: State) -> None:
        for _ in range(5):
            state.receive()
        state.clock.forward(1000)
        assert reconcile(state.deps) == []
        assert len(state.queue.ids) == 5

    def test_after_the_start_of_a_broker_in_memory_everything_is_sent(self, state: State) -> None:
        waiting, running, done = state.receive(), state.receive(), state.receive()
        state.claim(running)
        submissions.finish(state.deps, state.claim(done), make_report(), make_score())
        state.queue.ids.clear()
        assert reconcile(state.deps, queue_is_empty=True) == [waiting.id]

    def test_a_round_is_bounded_and_the_rest_follows(self, state: State) -> None:
        state.queue.down = True
        ids = [state.receive().id for _ in range(5)]
        state.queue.down = False
        assert [reconcile(state.deps, at_most=2) for _ in range(4)] == [ids[:2], ids[2:4], ids[4:], []]

    def test_a_bounded_round_counts_all_that_waits_and_does_not_stop_at_what_is_known(self, state: State) -> None:
        told = [state.receive().id for _ in range(3)]
        state.queue.down = True
        untold = state.receive().id
        state.queue.down = False
        state.clock.forward(state.deps.settings.requeue_s + 1)
        state.queue.ids.append("of another")  # as many messages as submissions
        assert reconcile(state.deps, at_most=2) == [untold]
        del state.queue.ids[:2]
        assert reconcile(state.deps, at_most=2) == told[:2]

    def test_the_oldest_comes_first(self, state: State) -> None:
        ids = [state.receive().id for _ in range(4)]
        state.queue.ids.clear()
        reconcile(state.deps, queue_is_empty=True)
        assert state.queue.ids == ids

    def test_a_broker_that_is_down_is_tried_again_in_the_next_round(self, state: State) -> None:
        submission = state.receive()
        state.queue.ids.clear()
        state.queue.down = True
        assert reconcile(state.deps, queue_is_empty=True) == []
        state.queue.down = False
        assert reconcile(state.deps) == [submission.id]

    def test_reconcilers_at_once_send_each_message_once(self, state: State) -> None:
        state.queue.down = True
        ids = [state.receive().id for _ in range(6)]
        state.queue.down = False
        sent = together(*[lambda: reconcile(state.deps)] * 4)
        assert sorted(itertools.chain(*sent)) == ids == sorted(state.queue.ids)

    def test_reconcilers_at_once_count_an_expired_lease_once(self, state: State) -> None:
        submissions = [state.receive() for _ in range(8)]
        for submission in submissions:
            state.claim(submission)
        state.clock.forward(state.deps.settings.lease_s + 1)
        together(*[lambda: reconcile(state.deps)] * 4)
        assert {state.load(submission).tries for submission in submissions} == {1}


class TestThread:
    def test_it_works_at_once_and_outlives_failures(self, sqlite_state: State) -> None:
        state, enqueued = sqlite_state, threading.Event()
        submission = state.receive()
        failures = iter([RuntimeError("a bug"), OurError("queue.broker_down", reason="away")])

        class Moody:
            def enqueue(self, submission_id: str) -> None:
                for failure in failures:
                    raise failure
                assert submission_id == submission.id
                enqueued.set()

            def waiting(self) -> int:
                return 0

        reconciler = Reconciler(state.with_queue(Moody()), queue_is_empty=True).start()
        assert enqueued.wait(10)
        reconciler.stop()


def test_a_retry_of_an_unknown_submission_is_refused(state: State) -> None:
    with pytest.raises(NotFound):
        submissions.retry(state.deps, "unknown")
