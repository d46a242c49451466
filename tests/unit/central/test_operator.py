"""Keys, the one row, the incarnation."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from central.acts import list_acts
from central.operator import (
    OPERATOR_KEY,
    TAG_KEY,
    BadKeys,
    OperatorKeys,
    create_central,
    load_keys,
    make_keys,
    new_incarnation,
    read_central,
)
from central.tx import Tx
from counter_app.errors import Reason, Refusal
from counter_app.security import SigningKey
from tests.postgres import Database
from tests.unit.central.office import Office
from tests.unit.central.stock.world import Numbers


class TestKeys:
    def test_made_once(self, tmp_path: Path) -> None:
        """A second start would make every certificate worthless."""
        numbers = Numbers()
        keys = make_keys(tmp_path / "data", numbers)
        again = make_keys(tmp_path / "data", numbers)
        assert again.signer.public == keys.signer.public
        assert again.tag == keys.tag
        assert load_keys(tmp_path / "data").tag == keys.tag
        assert {(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "data").iterdir()} == {
            (OPERATOR_KEY, 0o600),
            (TAG_KEY, 0o600),
        }

    def test_of_two_processes_at_once(self, tmp_path: Path) -> None:
        start, numbers = threading.Barrier(4), Numbers()
        made: list[OperatorKeys] = []

        def make() -> None:
            start.wait()
            made.append(make_keys(tmp_path, numbers))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({keys.signer.public for keys in made}) == 1

    def test_missing_short_or_open(self, tmp_path: Path) -> None:
        with pytest.raises(BadKeys, match="central migrate"):
            load_keys(tmp_path)
        make_keys(tmp_path, Numbers())
        (tmp_path / TAG_KEY).chmod(0o640)
        with pytest.raises(BadKeys, match="chmod 600"):
            load_keys(tmp_path)
        (tmp_path / TAG_KEY).chmod(0o600)
        (tmp_path / OPERATOR_KEY).write_bytes(b"short")
        with pytest.raises(BadKeys, match="not a key"):
            make_keys(tmp_path, Numbers())


class TestCentral:
    def create(self, office: Office, **over: str) -> object:
        fields = {"operator_name": "Other", "zone": "UTC", "currency": "EUR", **over}
        return create_central(office.connection, office.services, demonstration=False, **fields)

    def test_created_once(self, office: Office) -> None:
        assert self.create(office) == office.info, "what is there stays"
        assert [act.kind for act in list_acts(office.connection)].count("central_created") == 1

    def test_keys_of_another_central(self, office: Office) -> None:
        """A wrong key folder would sign certificates that no counter accepts."""
        office.services = replace(office.services, operator=SigningKey(bytes(32)))
        with pytest.raises(Refusal) as found:
            self.create(office)
        assert (found.value.reason, found.value.facts) == (Reason.BAD_INPUT, {"field": "key"})

    @pytest.mark.parametrize(
        ("field", "over"),
        [
            ("operator", {"operator_name": " "}),
            ("operator", {"operator_name": "x" * 61}),
            ("zone", {"zone": "Mars/Base"}),
            ("zone", {"zone": "../etc/passwd"}),
            ("currency", {"currency": "eur"}),
            ("currency", {"currency": "EURO"}),
        ],
    )
    def test_bad_input(self, fresh_database: Database, field: str, over: dict[str, str]) -> None:
        office = Office(fresh_database.connect())
        office.connection.execute("DELETE FROM central")
        with pytest.raises(Refusal) as found:
            self.create(office, **over)
        assert found.value.facts == {"field": field}
        assert read_central(Tx(office.connection)) is None

    def test_a_new_incarnation(self, office: Office) -> None:
        new = new_incarnation(office.connection, office.services)
        info = read_central(Tx(office.connection))
        assert info is not None
        assert info == replace(office.info, incarnation=new)
        (act,) = list_acts(office.connection, limit=1)
        assert act.body == {"incarnation": str(new), "replaces": str(office.info.incarnation)}
