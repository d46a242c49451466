"""``counterfoil trust`` and ``verify-ticket``, through the program's own entry: a gate without a window."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from central import commands_trust
from counter_app.domain.barcode import code_text, seal_ticket
from counter_app.domain.device_settings import SerialAddress
from counter_app.domain.trust import TrustBundle, certificates_digest, certify
from counter_app.domain.trust_statement import first_operator_key, issue
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.customer_display import DeviceState
from counter_app.system import SystemClock
from devices.links import opener_of
from devices.scanners.framing import Framer
from devices.scanners.reader import SerialScanner
from devices.simulators.scanner.serve import SimulatedScanner
from printers.codes import drawn
from printers.profiles import Symbology
from tests.golden.ticket_vectors import BODY, FIRST, IN_USE, number
from tests.unit.command_line import PASSWORD, init, run
from ui.commandline.trusting import read_instant
from ui.commandline.verify_ticket import answer_lines, from_scanner

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
WHO = ("--user", "admin", "--password-stdin")


def code(serial: int = 42, **changes: object) -> str:
    """Of another operator's window, valid at this moment."""
    body = replace(
        BODY,
        ticket=number(3, serial),
        valid_from=NOW - timedelta(hours=1),
        valid_until=NOW + timedelta(hours=5),
        **changes,  # type: ignore[arg-type]
    )
    return code_text(seal_ticket(body, key_id=IN_USE.key_id, sign=IN_USE.sign))


def bundle(sequence: int) -> bytes:
    certificate = certify(
        public_key=IN_USE.public,
        station="CSQ",
        counter=1,
        epoch=3,
        not_before=NOW - timedelta(days=9),
        not_after=NOW + timedelta(days=999),
        sign=FIRST.sign,
    )
    said = issue(
        operator_name="Other Railway",
        sequence=sequence,
        issued_at=NOW,
        operator_keys=[first_operator_key(FIRST.public, NOW - timedelta(days=9), FIRST.sign)],
        certificates=certificates_digest([certificate]),
        revocations=(),
        signed_by=FIRST.key_id,
        sign=FIRST.sign,
    )
    made = TrustBundle(
        operator_name="Other Railway", operator_key=FIRST.public, certificates=(certificate,), statement=said
    )
    return made.to_bytes()


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A profile that knows another operator's keys."""
    folder = tmp_path / "gate"
    assert init(folder).code == 0
    (tmp_path / "trust.json").write_bytes(bundle(100))
    taken = run(
        "trust", "import", tmp_path / "trust.json", "--operator-key", FIRST.public.hex(), *WHO, "--profile", folder,
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert taken.code == 0, taken.err
    return folder


def test_a_ticket_is_let_through_once(gate: Path, tmp_path: Path) -> None:
    """A gate that lets the same picture through all day."""
    text, good = code(), ("--profile", gate)
    looked = run("verify-ticket", text, "--json", *good)
    assert (looked.code, looked.json["operator"], looked.json["trust"]["sequence"]) == (0, "Other Railway", 100)
    assert run("verify-ticket", text, "--trust", tmp_path / "trust.json").code == 0
    first = run("verify-ticket", "--redeem", text, "--json", *good)
    assert (first.code, first.json["verdict"], first.json["redeemed"]) == (0, "genuine", True)
    picture = tmp_path / "copy.png"
    content = BytesIO()
    Image.eval(drawn(code(copy_number=1), room=400), lambda dot: 255 - dot).save(content, "PNG")
    picture.write_bytes(content.getvalue())
    copied = run("verify-ticket", "--redeem", picture, "--json", *good)
    assert (copied.code, copied.json["verdict"]) == (3, "redeemed_before")
    assert copied.json["first"]["copy"] == 0
    other = run("verify-ticket", "--redeem", code(43), "--service", "G1", "--json", *good)
    assert (other.code, other.json["verdict"]) == (3, "wrong_run")
    assert run("journal", "verify", *good).code == 0


def test_codes_line_by_line_each_with_its_verdict(gate: Path) -> None:
    """A scanner that types, and one bad code does not end the day."""
    (gate / "devices.toml").write_text('[scanner]\nkind = "wedge"\n', "utf-8")
    for how, first in (("-", 10), ("--scanner", 20)):
        lines = f"{code(first)}\n\nrubbish\n{code(first + 1)}\n{code(first, copy_number=1)}\n"
        ran = run("verify-ticket", how, "--redeem", *WHO, "--json", "--profile", gate, stdin=f"{PASSWORD}\n{lines}")
        assert ran.code == 0, ran.err
        found = [json.loads(line)["verdict"] for line in ran.out.splitlines()]
        assert found == ["genuine", "not_a_code", "genuine", "redeemed_before"]
        plain = run("verify-ticket", how, "--profile", gate, stdin=lines)
        assert [line.split(":")[0] for line in plain.out.splitlines()] == ["genuine", "refused", "genuine", "genuine"]


def test_a_second_time_at_once_is_the_second_time(gate: Path, tmp_path: Path) -> None:
    """Two people with one picture, before a gate that a program feeds."""
    where, picture = ("--json", "--profile", gate), tmp_path / "one.png"
    symbologies: list[Symbology] = ["aztec", "qr"]
    for serial, symbology in enumerate(symbologies, 50):
        text = code(serial)
        Image.eval(drawn(text, room=400, symbology=symbology), lambda dot: 255 - dot).save(picture, "PNG")
        found = [run("verify-ticket", "--redeem", what, *where).json["verdict"] for what in (picture, picture, text)]
        assert found == ["genuine", "redeemed_before", "redeemed_before"]
    lines = run("verify-ticket", "--redeem", "-", *where, stdin=f"{code(59)}\n{code(59)}\n")
    assert [json.loads(line)["verdict"] for line in lines.out.splitlines()] == ["genuine", "redeemed_before"]


def test_no_text_ends_the_day(gate: Path) -> None:
    """Somebody shows a code with anything in it, and the gate's program is gone."""
    good = code(60)
    stdin = b"\xff\xfe\n" + "中".encode() * 400 + b"\n\0\n" + f"\u3000{good}\n".encode() + f" {good}\t\r\n".encode()
    ran = run("verify-ticket", "--redeem", "-", "--json", "--profile", gate, stdin=stdin)
    assert ran.code == 0, ran.err
    found = [json.loads(line)["verdict"] for line in ran.out.splitlines()]
    assert found == [*["not_a_code"] * 4, "genuine"]
    for what in ("中" * 100, "a\0b", f"\u3000{good}", "x" * 5000, "/", "."):
        ran = run("verify-ticket", what, "--profile", gate)
        assert (ran.code, "bad_code" in ran.err) == (3, True), what
    capitals = run("verify-ticket", "--redeem", good.swapcase(), "--profile", gate)
    assert (capitals.code, "Caps Lock" in capitals.out) == (3, True)


def test_wrong_uses_are_named(gate: Path, tmp_path: Path) -> None:
    for argv in (
        ["verify-ticket"],
        ["verify-ticket", "x", "--scanner"],
        ["verify-ticket", "x", "--redeem", "--trust", tmp_path / "trust.json"],
        ["verify-ticket", "--scanner"],
    ):
        assert run(*argv, "--profile", gate).code == 3, argv
    older = tmp_path / "older.json"
    older.write_bytes(bundle(99))
    refused = run("trust", "import", older, *WHO, "--profile", gate, stdin=f"{PASSWORD}\n")
    assert (refused.code, "trust_older" in refused.err) == (3, True)
    refused = run("trust", "rotate", "--operator", "--at", "noon", "--reason", "x", *WHO, "--profile", gate,
                  stdin=f"{PASSWORD}\n")  # fmt: skip
    assert (refused.code, "field=at" in refused.err) == (3, True)


def test_keys_are_rotated_and_revoked_from_the_command_line(gate: Path, tmp_path: Path) -> None:
    def trust(*argv: object) -> object:
        ran = run("trust", *argv, *WHO, "--json", "--profile", gate, stdin=f"{PASSWORD}\n")
        assert ran.code == 0, ran.err
        return ran.json

    assert trust("rotate", "--reason", "stolen") == {"epoch": 2}
    revoked = trust("revoke", "--epoch", "1", "--reason", "stolen")
    assert isinstance(revoked, dict)
    assert (revoked["rule"], revoked["accepted"]) == ("refused", 0)
    trust("rotate", "--operator", "--reason", "yearly")
    shown = run("trust", "show", "--json", "--profile", gate).json
    assert [len(one["statement"]["operator_keys"]) for one in shown] == [2, 1]
    assert shown[0]["statement"]["revocations"][0]["key_id"] == revoked["key_id"]
    assert "refused" in run("trust", "show", "--profile", gate).out
    assert run("trust", "export", tmp_path / "own.json", "--profile", gate).code == 0
    assert json.loads((tmp_path / "own.json").read_bytes())["format"] == "counterfoil-trust-2"
    assert run("journal", "verify", "--profile", gate).code == 0


@pytest.mark.parametrize("read", [lambda text: read_instant(text, "since"), commands_trust.instant])
def test_times_that_are_none_are_refused(read: Callable[[str], datetime]) -> None:
    """A slip of the keys, and the program ends with an error of its own."""
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-01", "now", "", "２０２６-01-01"):
        with pytest.raises(Refusal, match=r"^bad_input.*field=.?since"):
            read(text)
    assert read("2026-12-01T08:00:00.123456+08:00") == datetime(2026, 12, 1, 0, 0, 0, 123_000, tzinfo=UTC)


def test_a_serial_scanner_until_it_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real line: whole codes one by one, half a code is said and dropped."""
    asked: list[str] = []

    def check(text: str) -> object:
        asked.append(text)
        if text == "unknown":
            raise OutcomeUnknown("commit")
        raise Refusal(Reason.BAD_CODE)

    with SimulatedScanner(tmp_path / "scanner") as simulated:
        driver = SerialScanner(
            opener_of(SerialAddress(simulated.device), baud=9600),
            Framer(silence_ms=30_000),
            clock=SystemClock(),
            name="scanner",
            source="scanner",
        )
        told = iter(("first", "unknown"))
        looks = iter(range(500))  # so that a failure ends

        def stopped() -> bool:
            if driver.status().state is DeviceState.CONNECTED and len(asked) < 2:
                text = next(told, None)
                if text is not None:
                    simulated.scan(text)
            return len(asked) == 2 or next(looks, None) is None

        answer = answer_lines(check, as_json=True)  # type: ignore[arg-type]
        assert from_scanner([driver], answer, stopped) == 0
        driver.close()
    assert asked == ["first", "unknown"]
    verdicts = [json.loads(line)["verdict"] for line in capsys.readouterr().out.splitlines()]
    assert verdicts == ["bad_code", "outcome_unknown"]
