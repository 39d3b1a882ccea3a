"""For ``celery -A tests.worker.celery_app worker``: the app of the environment's settings, with a fake examiner. Its
exams last as long as there is a file ``hold`` in the data folder."""

from __future__ import annotations

from core.queue import make_app, open_deps
from core.settings import get_settings
from tests.real_parts import wait_until
from tests.worker.exam_fakes import FakeExaminer, make_grade_deps

app = make_app(get_settings())
hold = app.settings.data_dir / "hold"
examiner = FakeExaminer(during=lambda _: wait_until("the end of the case", lambda: not hold.exists()))
app.worker.deps = make_grade_deps(open_deps(app.settings, app), app.settings.suites_dir, examiner, app.worker)
