"""The append-only table of what people decided about whole runs and held partners.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE = (
    """
    CREATE TRIGGER run_records_never_change BEFORE UPDATE ON run_records
    BEGIN SELECT RAISE(ABORT, 'run records are append-only'); END
    """,
    """
    CREATE TRIGGER run_records_never_go BEFORE DELETE ON run_records
    BEGIN SELECT RAISE(ABORT, 'run records are append-only'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above.
    """
    CREATE TRIGGER run_records_never_replaced BEFORE INSERT ON run_records
    WHEN EXISTS (
        SELECT 1 FROM run_records WHERE record_id = NEW.record_id OR position = NEW.position
    )
    BEGIN SELECT RAISE(ABORT, 'run records are append-only'); END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION refuse_to_change_run_records() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'run records are append-only'; END $$
    """,
    """
    CREATE TRIGGER run_records_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON run_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_run_records()
    """,
)


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        "run_records",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("record_id", sa.Text(), nullable=False, unique=True),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("shown_run_id", sa.Text()),
        sa.Column("partner_id", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Records are never taken away."""
    raise NotImplementedError("run records are append-only: there is no way back to the revision before")
