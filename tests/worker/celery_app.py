"""For ``celery -A tests.worker.celery_app worker``: the app of the environment's settings, with a fake examiner."""

from __future__ import annotations

from core.queue import make_app, open_deps
from core.settings import get_settings
from tests.worker.exam_fakes import FakeExaminer, make_grade_deps

app = make_app(get_settings())
app.worker.deps = make_grade_deps(open_deps(app.settings, app), app.settings.suites_dir, FakeExaminer(), app.worker)
