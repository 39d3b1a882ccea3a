"""A graded submission as JSON: the same object from ``abgabe grade --json`` and from the REST API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.scoring import Score
from exam.report import CaseResult, Language


def result_json(
    *,
    exercise: str,
    suite_version: str,
    score: Score | None,
    titles: Mapping[str, Mapping[Language, str]],
    cases: Iterable[CaseResult],
    warnings: Sequence[str],
    sandbox_kind: str,
    image: str,
    language: Language = "en",
) -> dict[str, Any]:
    """``score`` is None (points null) while no final one exists. Times in seconds."""
    groups = score.groups if score else ()
    return {
        "exercise": exercise,
        "suite": {"version": suite_version},
        "points": score.points if score else None,
        "max_points": score.max_points if score else None,
        "groups": [
            {
                "id": group.id,
                "title": _said(titles.get(group.id, {"en": group.id}), language),
                "points": group.points,
                "max_points": group.max_points,
            }
            for group in groups
        ],
        "cases": [case_json(case, language) for case in cases],
        "warnings": list(warnings),
        "sandbox": {"kind": sandbox_kind, "image": image},
    }


def case_json(case: CaseResult, language: Language = "en") -> dict[str, Any]:
    """One case with its verdict, for a machine that shows it to a person."""
    return {
        "id": case.spec.id,
        "group": case.spec.group,
        "title": _said(case.spec.title, language),
        "counts": case.spec.counts,
        "verdict": case.verdict.value,
        "message": case.message.text(language),
        "cpu_s": round(case.cpu_s, 4),
        "wall_s": round(case.wall_s, 4),
    }


def _said(text: Mapping[Language, str], language: Language) -> str:
    return text.get(language) or text["en"]
