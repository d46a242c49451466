"""Alembic's scripts. A new one: see "add a migration" in CONTRIBUTING."""
