"""What leaves the house can be checked by people who do not have this program."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from counter_app.application.export_journal import ExportJournal
from counter_app.application.export_trust import ExportTrust
from counter_app.application.journal_views import JournalPage
from counter_app.domain.journal import BadEntry
from counter_app.domain.journal_export import check_export
from counter_app.domain.staff import SYSTEM
from counter_app.domain.trust import BadTrust, parse_bundle
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from db.store import SqlMoneyStore
from tests.conftest import ROOT
from tests.unit.db.station import Station, people


@pytest.fixture
def exported(worked: Station, tmp_path: Path) -> Path:
    store = worked.copy_to(tmp_path / "copy").open(writable=False)
    target = tmp_path / "journal.jsonl"
    count = ExportJournal(store, store)(SYSTEM, target)
    store.close()
    assert count == len(target.read_bytes().splitlines()) - 1
    return target


def _by_the_page(exported: Path) -> None:
    page = (ROOT / "docs/journal-format.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    run = subprocess.run(
        [sys.executable, "-c", program, str(exported)], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"{len(exported.read_bytes().splitlines()) - 1} entries")


def test_the_documented_procedure_accepts_an_export(exported: Path) -> None:
    """An auditor follows the page word for word; if it does not run, nobody will believe the journal."""
    _by_the_page(exported)


def test_and_one_after_the_operator_s_key_was_rotated(worked: Station, tmp_path: Path) -> None:
    """From the first new key on, no auditor could follow the journal."""
    store = worked.copy_to(tmp_path / "copy").open()
    store.change_trust(SYSTEM, rotate_at=worked.clock.now(), reason="yearly")
    worked.clock.forward(seconds=1)
    store.start_epoch(SYSTEM, reason="yearly")
    target = tmp_path / "journal.jsonl"
    ExportJournal(store, store)(SYSTEM, target)
    store.close()
    _by_the_page(target)
    lines = target.read_bytes().splitlines()
    assert check_export(lines, verify) == len(lines) - 1


def test_every_changed_line_is_found(exported: Path) -> None:
    """A file that is mailed about is easier to edit than a store."""
    lines = exported.read_bytes().splitlines()
    assert check_export(lines, verify) == len(lines) - 1
    for wrong in (
        lines[:-1],
        lines[:5] + lines[6:],
        [*lines[:5], lines[6], lines[5], *lines[7:]],
        [*lines, lines[-1]],
        [lines[0], *(line.replace(b"to the safe", b"to my safe") for line in lines[1:])],
        lines[1:],
        [],
    ):
        with pytest.raises(BadEntry):
            check_export(wrong, verify)
    with pytest.raises(BadTrust):
        check_export(lines, verify, operator_key=bytes(32))


def test_the_trust_bundle_holds_and_a_changed_one_does_not(worked: Station, tmp_path: Path) -> None:
    """A gate that trusts an edited bundle lets forged tickets through."""
    store = worked.copy_to(tmp_path / "copy").open(writable=False)
    target = tmp_path / "trust.json"
    bundle = ExportTrust(store)(SYSTEM, target)
    store.close()
    content = target.read_bytes()
    assert parse_bundle(content, verify) == bundle
    assert bundle.certificates[0].station == "CSQ"
    assert bundle.of_epoch("CSQ", 1, 1) == bundle.certificates[0]
    for old, new, reason in (
        (b'"counter": 1', b'"counter": 2', "bad_certificates"),
        (b'"station": "CSQ"', b'"station": "CS-"', "bad_field"),
        (b"counterfoil-trust-2", b"counterfoil-trust-9", "bad_format"),
        (b"{", b"", "not_json"),
    ):
        with pytest.raises(BadTrust) as bad:
            parse_bundle(content.replace(old, new, 1), verify)
        assert bad.value.reason == reason


def test_no_secret_leaves(exported: Path, worked: Station) -> None:
    """An export is mailed; a private key or a password hash in it would open the till."""
    content = exported.read_text("utf-8")
    assert "argon2" not in content
    for path in (worked.directory / "keys").iterdir():
        assert path.read_text().strip() not in content


def test_the_journal_is_read_by_those_who_may(station: Station, store: SqlMoneyStore) -> None:
    """A clerk who reads all entries reads the expected cash of his own drawer."""
    clerk, supervisor = people(store, station)
    page = JournalPage(store)
    lines = page(supervisor, limit=3)
    assert [one.seq for one in lines] == [lines[0].seq, lines[0].seq - 1, lines[0].seq - 2]
    assert page(supervisor, before_seq=lines[-1].seq, limit=1)[0].seq == lines[-1].seq - 1
    with pytest.raises(Refusal) as refused:
        page(clerk)
    assert refused.value.reason is Reason.NOT_ALLOWED
