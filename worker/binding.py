"""Binds ``grade`` to Celery, and composes a worker process of its own from the settings of its environment."""

# mypy: disallow-untyped-decorators=False
# (celery has no types)

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import structlog
from celery import shared_task, signals

from core.clock import check_clock
from core.database import check_schema
from core.deps import Deps
from core.errors import AbgabeError, OurError
from core.logs import configure_logging
from core.queue import GRADE_TASK, App, Worker, open_deps
from core.settings import get_settings
from core.submissions import Reconciler
from core.suites import find_suite
from worker.demand import QueueAhead
from worker.exam import examine
from worker.metrics import MetricsServer
from worker.pairs import Pairs, SparePairs
from worker.sandbox.base import Sandbox
from worker.sandbox.choose import choose
from worker.tasks import GradeDeps, grade

log = structlog.get_logger(__name__)


def make_grade_deps(state: Deps, worker: Worker, sandbox: Sandbox, pairs: Pairs) -> GradeDeps:
    return GradeDeps(
        state,
        worker,
        find_suite=partial(find_suite, state.settings.suites_dir),
        examine=partial(examine, pairs=pairs),
        sandbox_kind=sandbox.kind,
        image=sandbox.image,
    )


_making = threading.Lock()


def _grade_deps(app: App) -> GradeDeps:
    """What was handed in with the worker, or, in a worker process of its own, what the settings say."""
    with _making:
        if app.worker.deps is None:
            state = open_deps(app.settings, app)
            check_schema(state.database.engine)
            _tell_of_a_wrong_clock(state)
            sandbox, notice = choose(app.settings.sandbox, app.settings)
            log.info("worker.sandbox", kind=sandbox.kind, notice=notice)
            sandbox.clean_up()
            pairs = SparePairs(sandbox, app.settings.workers, ahead=QueueAhead(state))
            signals.worker_shutdown.connect(lambda **_: pairs.close(), weak=False)
            app.worker.deps = make_grade_deps(state, app.worker, sandbox, pairs)
    deps: GradeDeps = app.worker.deps
    return deps


def _tell_of_a_wrong_clock(state: Deps) -> None:
    """It spoils no verdict: no reason not to begin."""
    try:
        check_clock(state)
    except OurError as error:
        log.warning("worker.clock", problem=str(error))


@shared_task(name=GRADE_TASK, bind=True)
def grade_task(task: Any, submission_id: str) -> None:
    """A message says that there is work; whose turn it is, the database knows better than the order of messages."""
    grade(_grade_deps(task.app))


@signals.setup_logging.connect
def _on_setup_logging(**_: Any) -> None:
    """A worker process logs as every other does; Celery sets nothing up where somebody listens here."""
    configure_logging(get_settings())


@signals.worker_ready.connect
def _on_worker_ready(sender: Any, **_: Any) -> None:
    """A worker process looks for lost work as well, as some process always does, and shows its metrics if it is to."""
    try:
        state = _grade_deps(sender.app).state
        if state.settings.metrics_port:
            metrics = MetricsServer(state.settings)
            signals.worker_shutdown.connect(lambda **_: metrics.stop(), weak=False)
    except AbgabeError as error:
        raise SystemExit(str(error)) from error  # the only exception that Celery does not swallow here
    reconciler = Reconciler(state).start()
    signals.worker_shutdown.connect(lambda **_: reconciler.stop(), weak=False)
