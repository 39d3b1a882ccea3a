"""A fair queue, and limits on how often one may hand in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ORDER = ["state", "is_regrade", "turn", "lap", "id"]
LAPS = ["exercise_id", "turn", "lap"]


def upgrade() -> None:
    op.add_column("exercise", sa.Column("per_day", sa.Integer(), nullable=True))
    op.add_column("exercise", sa.Column("cool_down_minutes", sa.Integer(), nullable=True))
    op.add_column("exercise", sa.Column("supersedes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("submission", sa.Column("is_regrade", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("submission", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("submission", sa.Column("lap", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("submission", sa.Column("costs", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("submission", sa.Column("superseded_by", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_submission_state_is_regrade_turn_lap_id"), "submission", ORDER)
    op.create_index(op.f("ix_submission_exercise_id_turn_lap"), "submission", LAPS)


def downgrade() -> None:
    op.drop_index(op.f("ix_submission_exercise_id_turn_lap"), "submission")
    op.drop_index(op.f("ix_submission_state_is_regrade_turn_lap_id"), "submission")
    for name in ("superseded_by", "costs", "lap", "turn", "is_regrade"):
        op.drop_column("submission", name)
    for name in ("supersedes", "cool_down_minutes", "per_day"):
        op.drop_column("exercise", name)
