"""Students before a deadline, for locust: so many uploads a second, however long each takes, of each in turn.

Run by ``benchmarks/intake_rush.py`` in locust's own environment. ``RUSH`` names a JSON file: where the archives and
tokens are, and where each answer is to be noted.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from pathlib import Path

from locust import FastHttpUser, task  # type: ignore[import-not-found]

RUSH = json.loads(Path(os.environ["RUSH"]).read_text())
HAND_INS = itertools.cycle(RUSH["hand_ins"])
ANSWERS = open(RUSH["answers"], "w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives

EVERY_S = RUSH["users"] / RUSH["per_s"]
"""Between two hand-ins of one."""


class Student(FastHttpUser):  # type: ignore[misc]
    """One of ``users``, who together keep the pace also while an answer is slow in coming."""

    def on_start(self) -> None:
        """Each begins at a moment of their own: locust starts users in bunches."""
        self._due = time.monotonic() + random.uniform(0, EVERY_S)
        time.sleep(self._due - time.monotonic())

    def wait_time(self) -> float:
        """Until the next is due. locust's own pacing would count from when it made the user, and so keep the bunches
        together."""
        self._due += EVERY_S
        return max(0.0, self._due - time.monotonic())

    @task
    def hand_in(self) -> None:
        who = next(HAND_INS)
        files = {"files": ("submission.zip", Path(who["archive"]).read_bytes(), "application/zip")}
        headers = {"Authorization": f"Bearer {who['token']}"}
        sent = time.time()
        began = time.perf_counter()
        answer = self.client.post(
            f"/api/v1/exercises/{who['exercise']}/submissions", files=files, headers=headers, name="upload"
        )
        took_s = time.perf_counter() - began
        accepted = answer.status_code == 202
        noted = {"sent": sent, "took_s": took_s, "status": answer.status_code}
        noted["id"] = json.loads(answer.text)["id"] if accepted else answer.text
        ANSWERS.write(json.dumps(noted) + "\n")
        ANSWERS.flush()
