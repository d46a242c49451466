"""Run by ``central.shell.migrate`` inside its own transaction, or by Alembic's command line for a new revision."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    # One transaction around all of them is ours: a database is upgraded whole or not at all.
    transactional_ddl=False,
)
context.run_migrations()
