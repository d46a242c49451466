"""``counterfoil central migrate`` and ``serve`` on a database that nobody has made a central of."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.commandparser import add_central_arguments
from central.commands import run_central
from central.operator import read_central
from central.shell.migrate import schema_of
from central.tx import Tx
from counter_app.errors import Reason, Refusal
from main import central_tools
from tests.postgres import Cluster, Database
from ui.commandline.parser import build_parser


def run(folder: Path, *arguments: str) -> int:
    args = build_parser(None, add_central_arguments).parse_args(["central", *arguments])
    return run_central(args, folder, central_tools())


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((), "operator"),
        (("--operator", " "), "operator"),
        (("--operator", "x", "--zone", "Nowhere/At all"), "zone"),
        (("--operator", "x", "--currency", "yuan"), "currency"),
        (("--operator", "x", "--admin", "boss"), ""),
    ],
)
def test_a_refused_beginning_changes_nothing(
    cluster: Cluster, tmp_path: Path, arguments: tuple[str, ...], field: str
) -> None:
    """ "Nothing changed", it says: no schema, no keys; and whoever starts it then gets no half central."""
    folder, empty = tmp_path / "central", cluster.empty()
    where = ("--database", empty.url)
    with pytest.raises(Refusal) as found:
        run(folder, "migrate", *where, *arguments)
    if field:
        assert (found.value.reason, found.value.facts["field"]) == (Reason.BAD_INPUT, field)
    with empty.connect() as connection:
        assert schema_of(connection) == ""
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    assert not folder.exists()
    assert run(folder, "migrate", *where, "--operator", "x") == 0
    with empty.connect() as connection:
        info = read_central(Tx(connection))
        assert info is not None
        assert info.operator_name == "x"
    assert run(folder, "migrate", *where) == 0, "again, and nobody has to be named"
    cluster.drop(empty)


def test_a_refused_beginning_makes_no_database_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUNTERFOIL_DATABASE_URL", raising=False)
    with pytest.raises(Refusal) as found:
        run(tmp_path / "central", "migrate")
    assert found.value.facts["field"] == "operator"
    assert not (tmp_path / "central").exists()


def test_a_schema_without_a_central_is_not_served(fresh_database: Database, cluster: Cluster, tmp_path: Path) -> None:
    """Every counter would hear "fault"."""
    other = cluster.empty()
    run(tmp_path, "migrate", "--database", other.url, "--operator", "x")  # keys there are
    cluster.drop(other)
    with pytest.raises(Refusal) as found:
        run(tmp_path, "serve", "--database", fresh_database.url, "--listen", "127.0.0.1:0")
    assert found.value.reason is Reason.CENTRAL_REFUSED
    assert "central migrate" in str(found.value.facts["detail"])
