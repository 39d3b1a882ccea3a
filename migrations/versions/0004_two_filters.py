"""Hand-ins by exercise and student, or by exercise and state, newest first."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BY_STUDENT = ["user_id", "exercise_id", "id"]
BY_STATE = ["exercise_id", "state", "id"]


def upgrade() -> None:
    op.create_index(op.f("ix_submission_user_id_exercise_id_id"), "submission", BY_STUDENT)
    op.create_index(op.f("ix_submission_exercise_id_state_id"), "submission", BY_STATE)


def downgrade() -> None:
    op.drop_index(op.f("ix_submission_exercise_id_state_id"), "submission")
    op.drop_index(op.f("ix_submission_user_id_exercise_id_id"), "submission")
