"""Run by ``db.migrate`` inside its own transaction, or by Alembic's command line for writing a new revision."""

from __future__ import annotations

from alembic import context

from db import schema_paper, schema_payments, schema_records, schema_sale, schema_sync
from db.metadata import metadata

TABLES = (
    schema_paper,
    schema_payments,
    schema_records,
    schema_sale,
    schema_sync,
)  # imported: in the MetaData

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # One transaction around all of them is ours: a store is upgraded whole or not at all.
    transactional_ddl=False,
)
context.run_migrations()
