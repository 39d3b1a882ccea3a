"""Prints a practice run: each case with what its author can say about it, then what the groups would earn."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from exam.report import CaseResult, Language, Verdict
from practice.exercise import Exercise, Group, Text
from practice.words import word

WIDTH = 100
MARGIN = 13


class Teller:
    """Tells each case as it ends; a group's title before its first case."""

    def __init__(self, exercise: Exercise, language: Language) -> None:
        self._exercise = exercise
        self._language = language
        self._group = ""

    def say(self, text: str, margin: int = 0) -> None:
        """Print ``text``, wrapped, each of its own lines begun anew."""
        for line in text.splitlines():
            indent = " " * margin
            print("\n".join(textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent)) or "")

    def word(self, code: str, **params: object) -> str:
        return word(code, self._language, **params)

    def pick(self, text: Text) -> str:
        return text.get(self._language) or text.get("en", "")

    def begin(self) -> None:
        print(self.word("heading", title=self.pick(self._exercise.title)))

    def case(self, result: CaseResult) -> None:
        """One case: verdict and title; if it is not passed, what was wrong and what to do."""
        spec = result.spec
        if spec.group != self._group:
            self._group = spec.group
            print("\n" + next(self.pick(group.title) for group in self._exercise.groups if group.id == spec.group))
        passed = result.verdict is Verdict.PASSED
        mark = self.word(result.verdict.value if spec.counts or passed else "advice")
        margin = " " * MARGIN
        title = textwrap.wrap(self.pick(dict(spec.title)), WIDTH, initial_indent=margin, subsequent_indent=margin)
        print("\n".join([f"  {mark:{MARGIN - 2}}{title[0].strip()}", *title[1:]]), flush=True)
        if not passed:
            self._explain(result)

    def _explain(self, result: CaseResult) -> None:
        if result.message.code == "missing_module":
            self.say(self.word("not_installed", name=result.message.params["name"], python=sys.executable), MARGIN)
        else:
            self.say(result.message.text(self._language), MARGIN)
        if result.traceback:
            if result.verdict is Verdict.TIMEOUT:
                self.say(self.word("where"), MARGIN)
            print(textwrap.indent(result.traceback.rstrip(), " " * MARGIN))
        for code, text in (("hint", result.spec.hint), ("why", result.spec.why)):
            if text:
                self.say(self.word(code, text=self.pick(dict(text))), MARGIN)
        if result.prints.strip():
            self.say(self.word("printed"), MARGIN)
            print(textwrap.indent(result.prints.rstrip(), " " * (MARGIN + 2)))

    def summary(self, results: Sequence[CaseResult]) -> None:
        """What each group would earn, and that nothing of this is sure."""
        print("\n" + self.word("points"))
        for group in self._exercise.groups:
            counting = [one for one in results if one.spec.group == group.id and one.spec.counts]
            self.say(f"{self.pick(group.title)}: {self._outlook(group, counting)}", 2)
        print()
        self.say(self.word("no_grade"))

    def _outlook(self, group: Group, counting: Sequence[CaseResult]) -> str:
        good = sum(one.verdict is Verdict.PASSED for one in counting)
        if not counting:
            code = "unknown"
        elif good == len(counting):
            code = "may_earn" if group.more else "earns"
        else:
            code = "earns_nothing" if group.rule == "all" else "earns_a_part"
        numbers = {"good": good, "bad": len(counting) - good, "all": len(counting)}
        return self.word(code, points=f"{group.points:g}", **numbers)
