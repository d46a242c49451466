"""Timetables in the database: stored whole, in force by one number, served in pieces, cached by each process."""

from __future__ import annotations

import threading
from hashlib import sha256
from pathlib import Path

import pytest

from central.acts import list_acts
from central.issues import FILES_CACHED, CachedTimetables, IssueRecord, in_force
from central.services import Timetable
from central.tx import Tx
from counter_app.domain.staff import SYSTEM, Role
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import CHUNK_BYTES
from tests.postgres import Database
from tests.unit.central.office import Office, Window, open_railway, refused
from tests.unit.central.stock.world import railway


def catalogue(folder: Path, seed: int = 1, size: int = CHUNK_BYTES * 2 + 1_000) -> Path:
    path = folder / f"{seed}.catalogue"
    block = sha256(str(seed).encode()).digest()
    path.write_bytes((block * (size // 32 + 1))[:size])
    return path


def store(office: Office, path: Path) -> IssueRecord:
    return office.issues.store(office.connection, SYSTEM, path, faults=3)


def activate(office: Office, path: Path) -> IssueRecord:
    return office.issues.activate(office.connection, SYSTEM, store(office, path).sha256)


def load(office: Office, window: Window, digest: str) -> bytes:
    """As a counter does: piece by piece."""
    whole = b""
    while True:
        request = window.request("chunk", query={"sha256": digest, "offset": str(len(whole))})
        response = office.ask(request)
        assert (response.status, response.content_type) == (200, "application/octet-stream")
        assert len(response.body) <= CHUNK_BYTES
        if not response.body:
            return whole
        whole += response.body


class TestIssues:
    def test_stored_activated_loaded(self, office: Office, tmp_path: Path) -> None:
        """No counter would have a timetable."""
        window, path = office.window(), catalogue(tmp_path)
        record = store(office, path)
        assert record.sha256 == sha256(path.read_bytes()).hexdigest()
        assert (record.bytes, record.faults, record.activation) == (path.stat().st_size, 3, None)
        assert in_force(Tx(office.connection)) is None
        record = office.issues.activate(office.connection, SYSTEM, record.sha256)
        assert in_force(Tx(office.connection)) == record.sha256
        assert record.activated_at == office.clock.now()
        assert office.stock.reissued == [record.sha256], "what is sold is carried over"
        (item,) = (one for one in office.page(window, "operator").items if one.kind == "issue")
        assert (item.key, item.body) == (
            "issue",
            {
                "issue_id": "issue-1",
                "sha256": record.sha256,
                "size": record.bytes,
                "feed_name": "tests.zip",
                "trips": 3,
                "activation": 1,
            },
        )
        assert load(office, window, record.sha256) == path.read_bytes()

    def test_from_any_offset(self, office: Office, tmp_path: Path) -> None:
        """A load that broke off would begin again."""
        window, path = office.window(), catalogue(tmp_path)
        digest = activate(office, path).sha256
        whole = path.read_bytes()
        for offset in (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, len(whole) - 1, len(whole)):
            response = office.ask(window.request("chunk", query={"sha256": digest, "offset": str(offset)}))
            assert whole[offset:].startswith(response.body)
            assert bool(response.body) == (offset < len(whole))

    @pytest.mark.parametrize("size", [1, CHUNK_BYTES, CHUNK_BYTES * 2])
    def test_sizes_at_the_edges(self, office: Office, tmp_path: Path, size: int) -> None:
        window, path = office.window(), catalogue(tmp_path, size=size)
        assert load(office, window, activate(office, path).sha256) == path.read_bytes()

    def test_no_such_piece(self, office: Office, tmp_path: Path) -> None:
        window = office.window()
        digest = activate(office, catalogue(tmp_path)).sha256
        not_in_force = store(office, catalogue(tmp_path, 2)).sha256
        for query, code in (
            ({"sha256": digest, "offset": str(10**9)}, "not_found"),
            ({"sha256": digest, "offset": str(2**53 - 1)}, "not_found"),
            ({"sha256": digest, "offset": "-1"}, "bad_message"),
            ({"sha256": "0" * 64}, "not_found"),
            ({"sha256": "../../etc/passwd"}, "not_found"),
            ({"sha256": not_in_force}, "not_found"),
            ({}, "bad_message"),
        ):
            assert refused(office.ask(window.request("chunk", query=query))).code == code, query

    def test_the_same_file_again(self, office: Office, tmp_path: Path) -> None:
        path = catalogue(tmp_path)
        first = activate(office, path)
        acts = len(list_acts(office.connection))
        assert store(office, path) == first
        assert activate(office, path) == first
        assert len(list_acts(office.connection)) == acts, "nothing happened"

    def test_back_to_an_earlier_one(self, office: Office, tmp_path: Path) -> None:
        """A wrong timetable would stay in force until the next one is made."""
        window = office.window()
        old, new = catalogue(tmp_path, 1), catalogue(tmp_path, 2)
        activate(office, old)
        activate(office, new)
        record = office.issues.activate(office.connection, SYSTEM, sha256(old.read_bytes()).hexdigest())
        assert record.activation == 3
        assert in_force(Tx(office.connection)) == record.sha256
        (item,) = (one for one in office.page(window, "operator").items if one.kind == "issue")
        assert item.body is not None
        assert (item.body["sha256"], item.body["activation"]) == (record.sha256, 3)
        assert [one.activation for one in office.issues.all(office.connection)] == [3, 2]
        assert load(office, window, sha256(new.read_bytes()).hexdigest()) == new.read_bytes(), "still to be had"

    def test_refused(self, office: Office, tmp_path: Path) -> None:
        clerk = office.person("clerk", Role.CLERK)
        path = catalogue(tmp_path)
        with pytest.raises(Refusal) as found:
            office.issues.store(office.connection, clerk, path, faults=0)
        assert found.value.reason is Reason.NOT_ALLOWED
        with pytest.raises(Refusal) as found:
            office.issues.activate(office.connection, SYSTEM, "0" * 64)
        assert found.value.facts == {"field": "sha256"}
        with pytest.raises(Refusal) as found:
            store(office, catalogue(tmp_path, size=0))
        assert found.value.reason is Reason.FILE_REFUSED


class TestCache:
    def opened(self, paths: list[Path]) -> object:
        def opener(path: Path) -> Timetable:
            paths.append(path)
            return open_railway(path)

        return opener

    def test_fetched_once(self, fresh_database: Database, tmp_path: Path) -> None:
        """Every claim would fetch the timetable."""
        office = Office(fresh_database.connect())
        digest = activate(office, catalogue(tmp_path)).sha256
        paths: list[Path] = []
        cache = CachedTimetables(fresh_database.connect, tmp_path / "cache", self.opened(paths))  # type: ignore[arg-type]
        assert cache.of(digest) is cache.of(digest)
        assert len(paths) == 1
        assert sha256(paths[0].read_bytes()).hexdigest() == digest
        other = CachedTimetables(_nobody, tmp_path / "cache", self.opened(paths))  # type: ignore[arg-type]
        assert other.of(digest).info.trips == railway().info.trips, "another process finds the file"

    def test_a_spoilt_file_is_fetched_again(self, fresh_database: Database, tmp_path: Path) -> None:
        """Half a file after a power cut would be the timetable."""
        office = Office(fresh_database.connect())
        path = catalogue(tmp_path)
        digest = activate(office, path).sha256
        cached = tmp_path / "cache" / f"{digest}.catalogue"
        cached.parent.mkdir()
        cached.write_bytes(path.read_bytes()[:-1])
        CachedTimetables(fresh_database.connect, cached.parent, open_railway).of(digest)
        assert cached.read_bytes() == path.read_bytes()

    def test_what_is_not_there_or_not_whole(self, fresh_database: Database, tmp_path: Path) -> None:
        office = Office(fresh_database.connect())
        digest = activate(office, catalogue(tmp_path)).sha256
        cache = CachedTimetables(fresh_database.connect, tmp_path / "cache", open_railway)
        for unknown in ("0" * 64, "../x", ""):
            with pytest.raises(LookupError):
                cache.of(unknown)
        office.connection.execute("UPDATE issue_chunk SET body = 'x' WHERE n = 1")
        with pytest.raises(LookupError):
            cache.of(digest)
        assert list((tmp_path / "cache").iterdir()) == []

    def test_many_threads_many_issues(self, fresh_database: Database, tmp_path: Path) -> None:
        office = Office(fresh_database.connect())
        digests = [activate(office, catalogue(tmp_path, n, 1_000)).sha256 for n in range(FILES_CACHED + 3)]
        paths: list[Path] = []
        cache = CachedTimetables(fresh_database.connect, tmp_path / "cache", self.opened(paths))  # type: ignore[arg-type]
        failures: list[BaseException] = []

        def use() -> None:
            try:
                for digest in digests:
                    cache.of(digest)
            except BaseException as error:  # noqa: BLE001 - shown by the assertion at the end
                failures.append(error)

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert len(list((tmp_path / "cache").iterdir())) == FILES_CACHED


def _nobody() -> object:
    raise AssertionError("the file is there")
