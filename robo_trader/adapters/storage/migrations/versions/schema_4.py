"""Schema 4: which program wrote each epoch."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Make the table of writers. Who wrote the epochs before is not known."""
    op.create_table(
        "writers",
        sa.Column("epoch", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
    )
    op.execute(sa.text("UPDATE meta SET value = '4' WHERE key = 'schema_version'"))
