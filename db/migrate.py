"""Schema upgrades by Alembic, after a copy of the store was put aside."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from db import engine as engines
from db import opening
from db.context import Context
from db.files import sync_folder

BACKUPS: Final = "backups"
SCRIPTS: Final = Path(__file__).with_name("migrations")


def check_schema(context: Context) -> None:
    """Raises Refusal: PROFILE_TOO_NEW for a revision that this program does not know, STORE_DAMAGED for none.

    An older store is upgraded by whoever opens it to write; until then this program does not read it.
    """
    found = opening.schema_of(context)
    if found not in opening.SCHEMAS:
        raise Refusal(Reason.PROFILE_TOO_NEW, found=found, known=opening.SCHEMAS[-1])
    if found != opening.SCHEMAS[-1]:
        raise Refusal(Reason.PROFILE_TOO_OLD, found=found, needed=opening.SCHEMAS[-1])


def upgrade_if_older(path: Path, *, clock: Clock, scripts: Path = SCRIPTS) -> Path | None:
    """To be called under the profile's lock. Returns the copy that was put aside; None where nothing was to do.

    Whole or not at all: one transaction, and the journal's triggers must be there at its end.
    """
    engine = engines.make_engine(path, writable=True)
    with engine.connect() as connection:
        context = Context.bare(connection, writable=True)
        found = opening.schema_of(context)
        if found not in opening.SCHEMAS[:-1]:
            return None
        copy = _put_aside(path, connection, found, f"{clock.now():%Y%m%dT%H%M%SZ}")
        # Off while tables are rebuilt (sqlite.org/lang_altertable.html, the twelve steps), checked before the commit.
        context.run("PRAGMA foreign_keys = OFF")
        context.run("BEGIN IMMEDIATE")
        try:
            _run(connection, scripts)
            if opening.missing_triggers(context) or context.rows("PRAGMA foreign_key_check"):
                raise Refusal(Reason.STORE_DAMAGED, part="upgrade")  # noqa: TRY301 - the same way back
        except BaseException:
            context.run("ROLLBACK")
            raise
        context.run("COMMIT")
        return copy


def _put_aside(path: Path, connection: Connection, schema: str, when: str) -> Path:
    folder = path.parent / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"{path.stem}-{schema}-{when}.sqlite"
    source: Any = connection.connection.driver_connection
    with closing(engines.driver().connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)
    sync_folder(folder)
    return copy


def _run(connection: Connection, scripts: Path) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s that only an upgrade needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", scripts.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
