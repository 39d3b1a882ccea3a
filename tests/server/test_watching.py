"""Alerts and dashboard as Prometheus and Grafana read them: Prometheus's own tool tries each rule and each query, and
the dashboard has what Grafana's schema asks for. That their metrics exist is test_metrics.py's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from core import metrics
from worker import metrics as worker_metrics

DOCKER = Path(__file__).resolve().parents[2] / "docker"
ALERTS = DOCKER / "prometheus-alerts.yml"
DASHBOARD: dict[str, Any] = json.loads((DOCKER / "grafana" / "abgabe.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
COLUMNS = 24


def queries() -> list[str]:
    return [target["expr"] for panel in PANELS for target in panel["targets"]]


def promtool(*command: str | Path) -> str:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool: apt-get install -y prometheus")
    done = subprocess.run(["promtool", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_each_alert_fires_at_what_it_is_for_and_at_nothing_else(tmp_path: Path) -> None:
    cases = Path(__file__).with_name("alerts.yml").read_text("utf-8")
    (tmp_path / "alerts.yml").write_text(cases.replace("RULES", str(ALERTS)))
    promtool("test", "rules", tmp_path / "alerts.yml")
    named = set(re.findall(r"alertname: (\w+)", cases))
    assert named == set(re.findall(r"alert: (\w+)", ALERTS.read_text("utf-8")))


def test_each_query_of_the_dashboard_is_one(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": query.replace("$__rate_interval", "1m").replace("$__range", "1h")}
        for number, query in enumerate(queries())
    ]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", tmp_path / "rules.yml")


def test_the_configuration_is_one(tmp_path: Path) -> None:
    text = (DOCKER / "prometheus.yml").read_text("utf-8")
    (tmp_path / "token").write_text("a-token")
    (tmp_path / "prometheus.yml").write_text(text.replace("/run/secrets/abgabe_metrics_token", str(tmp_path / "token")))
    shutil.copy(ALERTS, tmp_path)
    promtool("check", "config", tmp_path / "prometheus.yml")


def labels_of(metric: str) -> set[str]:
    """Those of the program, and those that Prometheus adds."""
    name = re.sub(r"_(total|bucket|sum|count)$", "", metric)
    read_at_a_scrape = {"abgabe_check": ("check",), "abgabe_submissions": ("state",)}
    kept = {
        family._name: family._labelnames  # the client tells of no labels before there is a value
        for module in (metrics, worker_metrics)
        for family in vars(module).values()
        if hasattr(family, "_labelnames")
    }
    return {"le", "instance", "job", *(kept | read_at_a_scrape)[name]}


@pytest.mark.parametrize("text", [*queries(), ALERTS.read_text("utf-8")], ids=lambda text: text[:60])
def test_labels_are_those_of_the_metric(text: str) -> None:
    for name, chosen in re.findall(r"\b(abgabe_\w+)\{([^}]*)\}", text):
        assert set(re.findall(r"(\w+)\s*[=!]", chosen)) <= labels_of(name), name
    for asked, name in re.findall(r"by \(([\w, ]+)\) \(+(?:rate|increase)?\(?(abgabe_\w+)", text):
        assert set(asked.split(", ")) <= labels_of(name), name


class TestTheDashboard:
    """What Grafana's JSON model says: grafana.com/docs, "Dashboard JSON model"."""

    def test_can_be_imported_anywhere(self) -> None:
        assert DASHBOARD.get("id") is None, "an id of another Grafana's database"
        assert isinstance(DASHBOARD["schemaVersion"], int)
        assert re.fullmatch(r"[\w-]{1,40}", DASHBOARD["uid"])
        assert {"from", "to"} == set(DASHBOARD["time"])
        sources = [one for one in DASHBOARD["templating"]["list"] if one["type"] == "datasource"]
        assert [one["query"] for one in sources] == ["prometheus"]
        asked = {json.dumps(panel["datasource"]) for panel in PANELS}
        assert asked == {json.dumps({"type": "prometheus", "uid": f"${{{sources[0]['name']}}}"})}

    def test_panels_are_of_known_kinds_and_tell_what_they_ask(self) -> None:
        assert len({panel["id"] for panel in PANELS}) == len(PANELS)
        for panel in PANELS:
            assert panel["type"] in ("stat", "timeseries", "bargauge", "table", "gauge"), panel["title"]
            assert panel["title"]
            assert {"defaults", "overrides"} <= set(panel["fieldConfig"]), panel["title"]
            marks = [target["refId"] for target in panel["targets"]]
            assert len(set(marks)) == len(marks) > 0

    def test_panels_lie_side_by_side(self) -> None:
        places = [panel["gridPos"] for panel in PANELS]
        assert all(place["x"] + place["w"] <= COLUMNS for place in places)
        for one, other in combinations(places, 2):
            apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
            assert apart_x or apart_y
