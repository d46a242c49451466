"""Central with two workers, and the simulator of the gateways, as real processes: from a key file to a day's bill."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from counter_app.security import SigningKey
from counter_app.system import SystemClock, SystemEntropy, Uuid7Ids
from counter_app.wire import messages as m
from counter_app.wire.codec import encode
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text
from sync.client import CentralLine
from sync.http import HttpTransport
from tests.e2e.central_station import (
    COUNTERFOIL,
    PASSWORD,
    PATIENCE_S,
    CentralProcess,
    counterfoil,
    good,
    wait_for,
)

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]
P = m.PayState
ADMIN = ("--user", "admin", "--password-stdin")
WAIT_MS = 60_000


@contextmanager
def simulator(config: Path) -> Iterator[str]:
    command = [*COUNTERFOIL, "simulate", "gateway", "--listen", "127.0.0.1:0", "--config", str(config)]
    running = subprocess.Popen([*command, "--password-s", "2"], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        yield str(json.loads(running.stdout.readline())["listening"])
    finally:
        running.terminate()
        assert running.wait(PATIENCE_S) == 0
        running.stdout.close()


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-e2e-") as made:
        yield Path(made)


def window(central: CentralProcess, url: str) -> CentralLine:
    """A counter's line, without a counter."""
    ids, clock = Uuid7Ids(clock=SystemClock(), entropy=SystemEntropy()), SystemClock()
    key, device_id = SigningKey.generate(SystemEntropy().bytes(32)), ids.new()
    told = good("central", "enrol-code", "--data", central.folder, "--station", "CSQ", "--name", "长沙", "--counter", 1,
                "--policy", "demonstration", "--json", *ADMIN, stdin=f"{PASSWORD}\n")  # fmt: skip
    code = json.loads(told)["code"]
    proof = key.sign(ENROL_PURPOSE, enrol_text(code, device_id, key.public))
    message = m.EnrolRequest(code=code, device_id=device_id, public_key=key.public, proof=proof)
    assert httpx.post(f"{url}/v1/enrol", content=encode(message), trust_env=False, timeout=60).status_code == 200
    return CentralLine(
        transport=HttpTransport(url),
        signer=key,
        device_id=device_id,
        epoch=lambda: 1,
        clock=clock,
        central_now=lambda: datetime.now(UTC),
        told=lambda _: None,
    )


def charge(method: str, code: str, minor: int = 2_600) -> m.PayCharge:
    ids = Uuid7Ids(clock=SystemClock(), entropy=SystemEntropy())
    return m.PayCharge(
        intent_id=ids.new(),
        order_id=ids.new(),
        method=m.PayMethod(method),
        amount_minor=minor,
        currency="CNY",
        code=code,
        subject="G1 长沙-北京",
    )


def test_a_day_at_the_gateways(place: Path) -> None:
    """An operator could not set it up from the guide, or would find the codes of customers in a log."""
    central = CentralProcess(place / "central", workers=2)
    where, began = ("--data", central.folder), _day()
    good("central", "migrate", *where, "--operator", "甲铁路", "--admin", "admin", "--password-stdin",
         stdin=f"{PASSWORD}\n")  # fmt: skip
    with simulator(place / "gateways") as gateway:
        for method in ("wechat", "alipay"):
            good("central", "gateway", "add", method, "--config", place / "gateways" / f"{method}.toml", *where,
                 *ADMIN, stdin=f"{PASSWORD}\n")  # fmt: skip
        listed = good("central", "gateway", "--json", *where, "list")
        assert {one["method"] for one in json.loads(listed)} == {"wechat", "alipay"}
        assert "PRIVATE" not in listed
        issued = good("central", "voucher", "--json", *where, "issue", "--amount", "12.30", *ADMIN,
                      stdin=f"{PASSWORD}\n")  # fmt: skip
        (voucher,) = json.loads(issued)["codes"]
        central.start()
        try:
            url = f"http://127.0.0.1:{central.port}"
            line = window(central, url)
            paid = [charge("wechat", "130000000000004242"), charge("alipay", "280000000000004242")]
            for one in paid:
                assert line.pay(one, deadline_ms=WAIT_MS).state is P.APPROVED
            typing = charge("wechat", "130000000000004291")
            assert line.pay(typing, deadline_ms=WAIT_MS).state is P.PENDING
            wait_for("the password is typed", lambda: _state(line, typing) is P.APPROVED)
            told = {"fault": "drop_after", "on": "pay"}
            assert httpx.post(f"{gateway}/control/faults", json=told, trust_env=False).status_code == 200
            lost = charge("alipay", "280000000000004200")
            assert line.pay(lost, deadline_ms=WAIT_MS).state is P.UNKNOWN
            wait_for("what was lost is found", lambda: _state(line, lost) is P.APPROVED)
            spent = line.pay(charge("voucher", voucher, 1_000), deadline_ms=WAIT_MS)
            assert (spent.state, spent.left_minor) == (P.APPROVED, 230)
            refund = m.PayRefund(
                intent_id=typing.order_id, charge_id=paid[0].intent_id, amount_minor=600, currency="CNY"
            )
            assert line.pay_refund(refund, deadline_ms=WAIT_MS).state is P.PAID_BACK
            line.close()
        finally:
            central.stop()
        assert "4242" not in central.log.read_text(encoding="utf-8")
        for method in ("wechat", "alipay"):
            path = place / f"{method}.csv"
            for day in sorted({began, _day()}):  # the test may run over a midnight in Beijing
                bill = httpx.get(f"{gateway}/control/bill/{method}?day={day}", trust_env=False)
                path.write_bytes(bill.content)
                done = counterfoil("central", "reconcile", method, path, "--day", day, "--json", *where, *ADMIN,
                                   stdin=f"{PASSWORD}\n")  # fmt: skip
                assert done.returncode == 0, done.stdout + done.stderr
                assert json.loads(done.stdout)["found"] == 0
        told = json.loads(good("central", "reconcile", "journal", "--json", *where, *ADMIN, stdin=f"{PASSWORD}\n"))
        assert (told["found"], told["still_open"]) == (0, 0)
        (waits,) = told["waiting"]  # a line without a counter: it never tells what it sold
        assert (waits["window"], waits["payments"], waits["told_until"]) == ("CSQ/1", 6, "nothing")
        in_words = good("central", "reconcile", "journal", *where, *ADMIN, stdin=f"{PASSWORD}\n")
        assert "waiting for window CSQ/1: 6 payments, last heard " in in_words
        assert json.loads(good("central", "payments", "--json", *where, "list")) == []
        assert json.loads(good("central", "verify", "--json", *where))["counts"]["payments_not_told_yet"] == 6
        path.write_bytes(httpx.get(f"{gateway}/control/bill/alipay?day={began}", trust_env=False).content)
        content = path.read_bytes().decode("gb18030").replace("26.00", "27.00").encode("gb18030")
        path.write_bytes(content)
        done = counterfoil("central", "reconcile", "alipay", path, *where, *ADMIN, stdin=f"{PASSWORD}\n")
        assert done.returncode == 3
        (found, *_) = json.loads(good("central", "differences", "--json", *where))
        assert found["kind"] == "amount"
        left = good("central", "differences", "--resolve", found["id"], "--note", "a test", "--json", *where, *ADMIN,
                    stdin=f"{PASSWORD}\n")  # fmt: skip
        assert found["id"] not in left


def _state(line: CentralLine, one: m.PayCharge) -> m.PayState:
    return line.pay_state(m.PayQuestion(intent_id=one.intent_id), deadline_ms=WAIT_MS).state


def _day() -> date:
    """As the gateways count days."""
    return datetime.now(timezone(timedelta(hours=8))).date()
