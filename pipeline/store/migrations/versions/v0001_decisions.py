"""The append-only table of decisions, and what keeps it append-only.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE = (
    """
    CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END
    """,
    """
    CREATE TRIGGER decisions_never_go BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above.
    """
    CREATE TRIGGER decisions_never_replaced BEFORE INSERT ON decisions
    WHEN EXISTS (
        SELECT 1 FROM decisions WHERE decision_id = NEW.decision_id OR position = NEW.position
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION refuse_to_change_decisions() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'decisions are append-only'; END $$
    """,
    """
    CREATE TRIGGER decisions_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_decisions()
    """,
)


def upgrade() -> None:
    """Create the table, its indexes and its triggers."""
    op.create_table(
        "decisions",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("decision_id", sa.Text(), nullable=False, unique=True),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("hub_id", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value_before", sa.Text()),
        sa.Column("value_after", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("decisions_of_partner", "decisions", ["partner_id", "hub_id", "position"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Decisions are never taken away."""
    raise NotImplementedError("decisions are append-only: there is no way back from the first revision")
