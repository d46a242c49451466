"""kill -9 in the middle of selling: what was said to be durable is there, and no paper comes twice unnumbered."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter_app.domain.journal import Kind
from counter_app.system import SystemClock, SystemEntropy, Uuid7Ids
from db.store import SqlMoneyStore
from resources.demo.invent import invent
from tests.conftest import ROOT

pytestmark = pytest.mark.e2e


def _drill(profile: Path, feed: Path, seed: int, sales: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "main.py"), "drill", "--profile", str(profile), "--feed", str(feed)]
    return subprocess.Popen(
        [*command, "--sales", str(sales), "--seed", str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        start_new_session=True,
    )


def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> list[dict[str, object]]:
    """The whole lines that a reader had; a kill may tear the last."""
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    return [json.loads(line) for line in out.split(b"\n")[:-1]]


def _check(profile: Path, lines: list[dict[str, object]]) -> None:
    clock, entropy = SystemClock(), SystemEntropy()
    ids = Uuid7Ids(clock=clock, entropy=entropy)
    store = SqlMoneyStore(profile, clock=clock, ids=ids, entropy=entropy, writable=False, key_choice="file")
    sold: dict[str, int] = {}
    refunded: dict[str, int] = {}
    with store.reading() as books:
        for entry in books.journal.entries():
            if entry.kind is Kind.SOLD:
                tickets = entry.body["tickets"]
                assert isinstance(tickets, list)
                sold |= {str(ticket["number"]): entry.seq for ticket in tickets if isinstance(ticket, dict)}
            elif entry.kind is Kind.REFUNDED:
                refunded[str(entry.body["number"])] = entry.seq
        stored = books.orders.latest_tickets(10**6)
        papers = [(ticket.number, job) for ticket in stored for job in books.prints.of(ticket.ticket_id)]
        head = books.journal.head().seq
    store.close()
    assert {ticket.number for ticket in stored} == set(sold), "tickets and journal agree"
    assert sorted(ticket.serial for ticket in stored) == list(range(1, len(stored) + 1)), "numbers have no gaps"
    for line in lines:
        number, seq = line["ticket"], line["journal_seq"]
        assert isinstance(seq, int)
        assert seq <= head
        if line["act"] == "sale":
            assert sold[str(number)] == seq, line
        elif line["act"] == "refund":
            assert refunded[str(number)] == seq, line
    numbered = [(number, job.copy_number) for number, job in papers]
    assert len(set(numbered)) == len(numbered), "no paper twice without a copy number"
    assert all(job.attempts <= 1 for _, job in papers), "a file never fails before it is written: one try each"


@pytest.mark.parametrize(
    "kills", [5, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(900)])], ids=["few", "many"]
)
def test_killed_at_any_instant(tmp_path: Path, kills: int) -> None:
    """A power cut: a sold ticket that nobody knows of, or one ticket on two papers."""
    feed, profile = tmp_path / "feed.zip", tmp_path / "profile"
    invent(feed, first_date=datetime.now(UTC).date(), days=30)
    rng = random.Random(20261121)
    lines: list[dict[str, object]] = []
    for kill in range(kills):
        # The first falls into making the profile or importing, the others into selling.
        lines += _killed_after(_drill(profile, feed, kill, 10_000), rng.uniform(0.2, 2.5 if kill else 1.0))
        if (profile / "counterfoil.sqlite").exists():
            _check(profile, lines)
    process = _drill(profile, feed, 99, 3)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    lines += [json.loads(line) for line in out.splitlines()]
    _check(profile, lines)
    assert any(line["act"] == "sale" for line in lines)
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "journal", "verify", "--json", "--profile", str(profile)],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
