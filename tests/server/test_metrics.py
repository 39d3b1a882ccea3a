"""What Prometheus reads: the truth about the queue, counts of what happened, and nothing about any person."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from core import metrics, submissions
from core.database import open_database
from core.errors import OurError, SandboxFailed
from core.models import Role
from core.settings import Settings
from exam.report import Verdict
from server.errors import BROKEN
from tests.core.state_makers import State
from tests.real_parts import wait_until
from tests.server.makers import House, make_zip
from tests.worker.exam_fakes import FakeExaminer, make_archive, make_grade_deps, make_tiny_suite
from tests.worker.idle import IdleSandbox
from worker.metrics import MetricsServer
from worker.pairs import ColdPairs, SparePairs
from worker.places import Places
from worker.tasks import grade

PROJECT = Path(__file__).resolve().parent.parent.parent
TOKEN = "a-token-for-prometheus"
Series = tuple[str, frozenset[tuple[str, str]]]


def parse(text: str) -> dict[Series, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(readings: dict[Series, float], name: str, **labels: str) -> float:
    return readings.get((name, frozenset(labels.items())), 0.0)


def counted() -> dict[Series, float]:
    """What this process has counted until now."""
    return parse(generate_latest(metrics.REGISTRY).decode())


@contextmanager
def growth() -> Iterator[dict[Series, float]]:
    """By how much each series grows in the block; filled in at its end."""
    grown: dict[Series, float] = {}
    before = counted()
    yield grown
    grown.update({series: now - before.get(series, 0.0) for series, now in counted().items()})


def scrape(house: House) -> dict[Series, float]:
    answer = house.browser("root", Role.ADMIN).get("/metrics")
    assert answer.status_code == 200
    return parse(answer.text)


class TestWhoMayRead:
    @pytest.mark.parametrize(
        ("token", "sent", "status"),
        [
            (TOKEN, f"Bearer {TOKEN}", 200),
            (TOKEN, f"bearer {TOKEN}", 200),
            (TOKEN, "Bearer another-token-than-that", 401),
            (TOKEN, TOKEN, 401),
            (TOKEN, "Bearer", 401),
            ("", "Bearer", 401),
            ("", f"Bearer {TOKEN}", 401),
        ],
    )
    def test_the_token_of_the_settings_opens(self, house: House, token: str, sent: str, status: int) -> None:
        settings = house.deps.settings.model_copy(update={"metrics_token": token})
        house.serve(replace(house.deps, settings=settings))
        assert house.visitor().http.get("/metrics", headers={"Authorization": sent}).status_code == status

    def test_an_api_token_does_not(self, house: House) -> None:
        header = house.api("root", Role.ADMIN).headers["Authorization"]
        assert house.visitor().http.get("/metrics", headers={"Authorization": header}).status_code == 401

    def test_a_token_that_can_be_guessed_is_no_setting(self) -> None:
        with pytest.raises(ValueError, match="16 characters"):
            Settings(metrics_token="short")


class TestTheQueue:
    def test_is_read_from_the_database(self, house: House) -> None:
        first = house.browser("ada").hand_in()
        house.clock.forward(90)
        house.browser("bob").hand_in()
        house.clock.forward(30)
        readings = scrape(house)
        assert value(readings, "abgabe_submissions", state="queued") == 2
        assert value(readings, "abgabe_oldest_waiting_seconds") == 120
        house.grader(first).start()
        readings = scrape(house)
        assert value(readings, "abgabe_submissions", state="queued") == 1
        assert value(readings, "abgabe_submissions", state="running") == 1
        assert value(readings, "abgabe_oldest_waiting_seconds") == 30

    def test_waiting_goes_on_through_attempts_of_ours_that_failed(self, house: House) -> None:
        grader = house.grader(house.browser("ada").hand_in()).start()
        house.clock.forward(60)
        grader.fail(OurError(BROKEN))
        house.clock.forward(1)
        assert value(scrape(house), "abgabe_oldest_waiting_seconds") == 61

    def test_regrades_may_wait(self, house: House) -> None:
        submission_id = house.browser("ada").hand_in()
        house.grader(submission_id).grade()
        submissions.regrade(house.deps, submission_id)
        house.clock.forward(3600)
        assert value(scrape(house), "abgabe_oldest_waiting_seconds") == 0

    def test_an_attempt_whose_worker_fell_silent_is_seen(self, house: House) -> None:
        house.grader(house.browser("ada").hand_in()).start()
        assert value(scrape(house), "abgabe_silent_attempts") == 0
        house.clock.forward(house.deps.settings.lease_s + 1)
        assert value(scrape(house), "abgabe_silent_attempts") == 1

    def test_without_a_database_the_rest_is_still_told(self, house: House, tmp_path: Path) -> None:
        gone = open_database(f"sqlite:///{tmp_path}/no/such/folder.sqlite3")
        settings = house.deps.settings.model_copy(update={"metrics_token": TOKEN})
        house.serve(replace(house.deps, database=gone, settings=settings))
        answer = house.visitor().http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        readings = parse(answer.text)
        assert readings["abgabe_check", frozenset({("check", "database")})] == 0
        assert readings["abgabe_check", frozenset({("check", "storage")})] == 1
        assert ("abgabe_oldest_waiting_seconds", frozenset()) not in readings


def test_hand_ins_are_counted_by_how_they_ended(house: House) -> None:
    with growth() as grown:
        house.browser("ada").hand_in()
        house.browser("ada").upload({"notes.txt": b"nothing"})
        house.serve(replace(house.deps, settings=house.deps.settings.model_copy(update={"min_free_mib": 1 << 40})))
        house.browser("ada").upload({"submission.zip": make_zip()})
    ended = {outcome: value(grown, "abgabe_hand_ins_total", exercise="ex1", outcome=outcome) for outcome in OUTCOMES}
    assert ended == {"accepted": 1, "refused": 1, "failed": 1}
    assert value(grown, "abgabe_refusals_total", code="storage.nearly_full") == 1
    assert value(grown, "abgabe_hand_in_bytes_count") == 1


OUTCOMES = ("accepted", "refused", "failed")


def test_exams_are_counted_by_verdict_and_fault_and_timed(sqlite_state: State, tmp_path: Path) -> None:
    state, clock = sqlite_state, sqlite_state.clock
    suite = make_tiny_suite(tmp_path / "suites")
    honest = FakeExaminer((Verdict.PASSED, Verdict.FAILED), during=lambda position: clock.forward(4))
    ours = FakeExaminer((Verdict.PASSED, Verdict.OUR_ERROR))
    with growth() as grown:
        state.receive(make_archive())
        clock.forward(10)
        grade(make_grade_deps(state.deps, tmp_path / "suites", honest))
        state.receive(make_archive())
        grade(make_grade_deps(state.deps, tmp_path / "suites", ours))
    mine = {"exercise": suite.id}
    assert value(grown, "abgabe_verdicts_total", **mine, verdict="passed", fault="nobody") == 2
    assert value(grown, "abgabe_verdicts_total", **mine, verdict="failed", fault="student") == 1
    assert value(grown, "abgabe_verdicts_total", **mine, verdict="our_error", fault="ours") == 1
    assert value(grown, "abgabe_attempts_total", **mine, state="finished", fault="nobody") == 1
    assert value(grown, "abgabe_attempts_total", **mine, state="failed", fault="ours") == 1
    assert value(grown, "abgabe_final_verdict_seconds_sum", **mine) == 18
    assert value(grown, "abgabe_final_verdict_seconds_count", **mine) == 1


def test_a_regrade_is_no_student_s_wait(sqlite_state: State, tmp_path: Path) -> None:
    make_tiny_suite(tmp_path / "suites")
    deps = make_grade_deps(sqlite_state.deps, tmp_path / "suites", FakeExaminer())
    submission = sqlite_state.receive(make_archive())
    grade(deps)
    sqlite_state.clock.forward(7 * 24 * 3600)
    submissions.regrade(sqlite_state.deps, submission.id)
    with growth() as grown:
        grade(deps)
    assert value(grown, "abgabe_attempts_total", exercise="ex1", state="finished", fault="nobody") == 1
    assert value(grown, "abgabe_first_verdict_seconds_count", exercise="ex1") == 0
    assert value(grown, "abgabe_final_verdict_seconds_count", exercise="ex1") == 0


def test_labels_take_few_values_and_name_nobody(house: House) -> None:
    with growth() as grown:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        ada.get(f"/submissions/{submission_id}")
        house.api("ada").get(f"/submissions/{submission_id}/result")
        for number, method in enumerate(("PROPFIND", "MKCOL", "LOCK", "TRACE", "PURGE")):
            ada.get(f"/no-such-page-{number}")
            ada.http.request(method, "/login")
        house.visitor().log_in("eve-the-unknown", "wrong")
        house.visitor().http.post("/api/v1/tokens", json={"login": "eve-the-unknown", "password": "wrong"})
    text = str([series for series, by in grown.items() if by])
    assert "/submissions/{submission_id}" in text
    assert "/api/v1/submissions/{submission_id}/result" in text
    for word in (submission_id, "ada", "eve", "no-such-page", "PROPFIND"):
        assert word not in text
    assert value(grown, "abgabe_http_requests_total", method="GET", route="none", status="404") == 5
    assert value(grown, "abgabe_http_requests_total", method="OTHER", route="/login", status="405") == 5
    assert value(grown, "abgabe_logins_total", outcome="wrong") == 2


class TestAWorkersOwnPort:
    @pytest.fixture
    def server(self) -> Iterator[MetricsServer]:
        made = MetricsServer(Settings(metrics_port=0, metrics_token=TOKEN))
        yield made
        made.stop()

    def test_tells_the_token_what_the_process_counts(self, server: MetricsServer) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
            assert client.get("/metrics").status_code == 401
            assert client.get("/").status_code == 404
            answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert {"abgabe_pairs", "abgabe_oldest_spare_seconds"} <= {name for name, _ in parse(answer.text)}


class TestThePool:
    @pytest.fixture
    def pairs(self) -> Iterator[SparePairs]:
        one = Places(secrets.token_hex(8), 1)  # so that no spare is started beside an exam
        made = SparePairs(IdleSandbox(), places=one)  # type: ignore[arg-type]
        yield made
        made.close()

    def test_is_counted_by_state(self, pairs: SparePairs, tmp_path: Path) -> None:
        before = counted()

        def now(state: str) -> float:
            return value(counted(), "abgabe_pairs", state=state) - value(before, "abgabe_pairs", state=state)

        suite = make_tiny_suite(tmp_path)
        pair = pairs.take(suite)
        assert (now("lent"), now("ready")) == (1, 0)
        pair.close()
        wait_until("a spare", lambda: now("ready") == 1)
        assert now("lent") == 0
        with growth() as grown:
            pairs.take(suite).close()
        assert value(grown, "abgabe_pairs_taken_total", kind="spare") == 1

    def test_failed_starts_are_counted(self, tmp_path: Path) -> None:
        sandbox = IdleSandbox()
        sandbox.broken = True
        with growth() as grown, pytest.raises(SandboxFailed):
            ColdPairs(sandbox).take(make_tiny_suite(tmp_path))  # type: ignore[arg-type]
        assert value(grown, "abgabe_pair_starts_total", outcome="failed") == 1


class TestTheManual:
    """docs/watching.md, the alerts and the dashboard speak of what there is, and of all of it."""

    MANUAL = (PROJECT / "docs" / "watching.md").read_text("utf-8")

    @pytest.fixture
    def existing(self, house: House) -> set[str]:
        names = {name for name, _ in scrape(house)} | {name for name, _ in counted()}
        families = {family.name for family in metrics.REGISTRY.collect()} | names
        return {name for name in families if name.startswith("abgabe_")}

    def test_describes_every_metric(self, existing: set[str]) -> None:
        described = set(re.findall(r"`(abgabe_\w+)`", self.MANUAL))
        parts = re.compile(r"_(total|created|bucket|sum|count)$")
        assert {parts.sub("", name) for name in existing} <= {parts.sub("", name) for name in described}

    @pytest.mark.parametrize("name", ["docs/watching.md", "docker/prometheus-alerts.yml", "docker/grafana/abgabe.json"])
    def test_names_none_that_does_not_exist(self, existing: set[str], name: str) -> None:
        parts = re.compile(r"_(total|bucket|sum|count)$")
        text = (PROJECT / name).read_text("utf-8")
        named = set(re.findall(r"\babgabe_\w+", text)) - {"abgabe_metrics_token"}
        assert named
        assert {parts.sub("", one) for one in named} <= {parts.sub("", one) for one in existing}

    def test_describes_every_alert(self) -> None:
        rules = (PROJECT / "docker" / "prometheus-alerts.yml").read_text("utf-8")
        assert set(re.findall(r"alert: (\w+)", rules)) == set(
            re.findall(r"^\| `(Abgabe\w+)`", self.MANUAL, re.MULTILINE)
        )

    def test_alerts_on_faults_see_the_first_one(self) -> None:
        # a labelled series begins with its first event, of which increase sees nothing
        rules = (PROJECT / "docker" / "prometheus-alerts.yml").read_text("utf-8").split("- alert: ")
        on_faults = [rule for rule in rules if "increase(" in rule and "fault=" in rule]
        assert on_faults
        for rule in on_faults:
            assert re.search(r"\b(abgabe_\w+)\{[^}]*\} unless \1 offset", rule), rule

    def test_describes_every_event_of_the_log(self) -> None:
        event = re.compile(r"(?:log\.(?:debug|info|warning|error|exception)|say)\(\s*\"([a-z_]+\.[a-z_]+)\"")
        packages = ("cli", "core", "server", "worker")
        files = [path for package in packages for path in (PROJECT / package).rglob("*.py")]
        said = {name for path in files for name in event.findall(path.read_text("utf-8"))}
        assert "hand_in.accepted" in said
        assert {name for name in said if f"`{name}`" not in self.MANUAL} == set()
