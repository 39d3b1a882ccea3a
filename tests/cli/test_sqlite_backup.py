"""The manual's backup of an installation without Compose, as it stands there, while the database is in use."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from core.database import migrate, open_database
from core.models import Submission
from core.settings import PROJECT, Settings
from core.storage import Blobs
from tests.core.state_makers import make_state


def blocks() -> list[str]:
    manual = (PROJECT / "docs" / "operating.md").read_text("utf-8")
    section = manual.partition("## Back up and restore without Compose\n")[2].partition("\n## ")[0]
    return re.findall(r"^```bash\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


def test_a_backup_made_while_it_is_used_brings_everything_back(tmp_path: Path) -> None:
    def run(commands: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ABGABE_")}
        subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=tmp_path, env=environment, check=True)

    (tmp_path / ".venv").symlink_to(sys.prefix)
    settings = Settings(data_dir=tmp_path / "data")
    settings.data_dir.mkdir()
    migrate(settings.database)
    backup, restore = blocks()
    key = settings.secret_key()
    state = make_state(settings.database, settings.data_dir)
    with closing(state.database):
        kept = state.receive(b"a hand-in")
        run(backup)
        later = state.receive(b"after the backup")
    run(restore)
    with closing(open_database(settings.database)) as database, database.read() as session:
        assert session.get(Submission, later.id) is None
        with Blobs(settings.blobs_dir).open(session.get_one(Submission, kept.id).blob_sha256) as blob:
            assert blob.read() == b"a hand-in"
    assert settings.secret_key() == key
