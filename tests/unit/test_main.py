"""Every command as a technician types it: what it prints, its exit status, and that a refusal changes nothing."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

import main
from counter_app.domain.staff import Role
from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Reason, Refusal
from counter_app.system import SystemClock
from printers.codes import read_picture
from tests.unit.command_line import PASSWORD, init, run, soon, tiny_feed
from ui.shell.parts import Parts


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_feed(tmp_path_factory.mktemp("feed") / "tiny.zip")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory, feed: Path) -> Path:
    """A profile that was made, imported to and sold at by the commands themselves. Read only: ``copy`` it to change."""
    folder = tmp_path_factory.mktemp("counter") / "counter"
    paper = (folder / "paper.escpos").as_uri()
    assert init(folder, "--station-code", "AAH", "--printer", paper).code == 0
    assert run("import-timetable", feed, "--profile", folder).code == 0
    sold = run("drill", "--sales", 4, "--seed", 3, "--profile", folder)
    assert sold.code == 0, sold.err
    return folder


@pytest.fixture
def copy(counter: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(counter, tmp_path / "copy"))


@pytest.fixture(scope="module")
def tickets(counter: Path) -> list[tuple[str, Path]]:
    """Number and picture of every ticket, drawn as the window draws it."""
    found = []
    opened = main.open_counter(counter, writable=False)
    try:
        for ticket in opened.desk.find_tickets(""):
            paper = opened.desk.ticket_paper(ticket.ticket_id)
            path = counter.parent / f"{ticket.number}.png"
            path.write_bytes(opened.composer.compose(paper, width=576).png())
            found.append((ticket.number, path))
    finally:
        opened.close()
    return found


# ---------------------------------------------------------------------------------------------------------- init


def test_init_with_everything_and_with_two_words(tmp_path: Path) -> None:
    """A technician sets a window up by the manual's line, or by the shortest one."""
    line = "--station-code CSQ --counter 1 --operator NAME --policy cn-rail --zone Asia/Shanghai --currency CNY"
    assert init(tmp_path / "all", *line.split()).code == 0
    assert init(tmp_path / "two").code == 0
    for name in ("all", "two"):
        verified = run("journal", "verify", "--json", "--profile", tmp_path / name)
        assert verified.code == 0
        assert verified.json["ok"] is True
        assert verified.json["entries"] >= 1
        assert len(verified.json["head"]) == 64
        assert (tmp_path / name / "counterfoil.toml").is_file()


def test_a_policy_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """The program would end with a traceback that names no file."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refusal) as caught:
        main.read_policy_named(tmp_path, "mine")
    assert (caught.value.reason, caught.value.facts["key"]) == (Reason.BAD_SETTING, "mine.toml")


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (["--zone", "Mars/Phobos"], 3, "bad_input (field=zone)"),
        (["--currency", "XYZ"], 3, "bad_input (field=currency)"),
        (["--policy", "nope"], 3, "bad_setting"),
        (["--policy", "../policies/cn-rail"], 3, "bad_input (field=policy)"),
        (["--station-code", "TOOLONG"], 3, "bad_input (field=station_code)"),
        (["--printer", "bogus"], 3, "bad_setting"),
        (["--operator", "a\nb"], 3, "bad_input (field=operator)"),
        (["--counter", "1000"], 2, "1 to 999"),
        (["--bogus"], 2, "unrecognized"),
    ],
)
def test_a_refused_init_leaves_nothing(tmp_path: Path, options: list[str], code: int, reason: str) -> None:
    """Half a profile, at which the next try stumbles."""
    refused = init(tmp_path / "counter", *options)
    assert (refused.code, refused.out) == (code, "")
    assert reason in refused.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stdin", ["", "\n", "short\n", b"\xff\xfe\n"])
def test_no_administrator_without_a_password(tmp_path: Path, stdin: str | bytes) -> None:
    """An empty password, because a script's variable was empty."""
    line = ("init", "--name", "x", "--admin", "admin", "--password-stdin", "--profile", tmp_path / "counter")
    assert run(*line, stdin=stdin).code == 3
    without = run(*(one for one in line if one != "--password-stdin"), stdin="correct horse\n")
    assert without.code == 3
    assert "--password-stdin" in without.err
    assert list(tmp_path.iterdir()) == []


def test_a_second_init_keeps_the_first(copy: Path) -> None:
    """A command typed once too often, and the journal is gone."""
    before = (copy / "counterfoil.sqlite").read_bytes()
    again = init(copy)
    assert again.code == 3
    assert "profile_exists" in again.err
    assert (copy / "counterfoil.sqlite").read_bytes() == before


# -------------------------------------------------------------------------------------------------------- import


def test_an_import_says_what_it_took(tmp_path: Path) -> None:
    """The script that imports each night reads these names."""
    init(tmp_path / "counter")
    trips = "route_id,service_id,trip_id,trip_short_name\nG,DAILY,T1,G1\nG,DAILY,T2,G2\nNONE,DAILY,T3,G3\n"
    taken = run(
        "import-timetable", tiny_feed(tmp_path / "f.zip", trips=trips), "--json", "--profile", tmp_path / "counter"
    )
    assert taken.code == 0
    assert taken.json["accepted"] is True
    assert taken.json["trips"] == 2
    fault = {"file": "trips.txt", "line": 4, "fault": "dangling_reference"}
    assert fault.items() <= taken.json["faults"][0].items()
    told = run("import-timetable", tmp_path / "f.zip", "--profile", tmp_path / "counter")
    assert "trips.txt:4: dangling_reference" in told.out
    assert "accepted: 2 trips" in told.out


@pytest.mark.parametrize("wrong", ["missing", "folder", "text"])
def test_a_refused_feed_changes_nothing(copy: Path, tmp_path: Path, wrong: str) -> None:
    """A wrong file takes the timetable out of force, or is refused without a word that a script could read."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no zip")
    before = run("journal", "verify", "--json", "--profile", copy).json
    refused = run("import-timetable", tmp_path / wrong, "--json", "--profile", copy)
    assert refused.code == 3
    assert refused.json["accepted"] is False
    assert refused.json["reason"] in {"unreadable", "not_a_zip"}
    assert f"file_refused (code={refused.json['reason']}" in refused.err
    assert run("journal", "verify", "--json", "--profile", copy).json == before
    assert run("stations", "甲站", "--profile", copy).code == 0


def test_a_counter_in_use_is_left_alone(copy: Path, feed: Path) -> None:
    """The nightly import cuts into a sale; readers need not wait."""
    opened = main.open_counter(copy, writable=True)
    try:
        refused = run("import-timetable", feed, "--json", "--profile", copy)
        assert refused.code == 3
        assert refused.json["accepted"] is False
        assert refused.json["reason"] == "profile_in_use"
        assert run("stations", "甲站", "--profile", copy).code == 0
        assert run("report", "x", "--profile", copy).code == 0
    finally:
        opened.close()


# ------------------------------------------------------------------------------------------ stations and search


@pytest.mark.parametrize("text", ["甲站", "jiazhan", "jz", "AAH", "aah", "JiaZhan"])
def test_a_station_by_every_name_it_has(counter: Path, text: str) -> None:
    """A clerk trained on telegraph codes finds nothing."""
    found = run("stations", text, "--json", "--profile", counter)
    assert found.code == 0
    assert found.json[0]["name"] == "甲站"
    assert {"id", "name", "code", "pinyin", "initials", "english", "how", "exact"} == found.json[0].keys()
    assert "甲站" in run("stations", text, "--profile", counter, "--limit", 1).out


def test_a_search_has_the_promised_shape(counter: Path) -> None:
    """The departure board in the hall reads this."""
    found = run("search", "甲站", "BBH", soon(), "--json", "--profile", counter)
    assert found.code == 0
    (offer,) = found.json
    assert offer["service"] == "G1"
    assert offer["depart"] == f"{soon()}T08:00:00+08:00"
    assert offer["arrive"] == f"{soon()}T08:30:00+08:00"
    (second,) = offer["classes"]
    assert {"class": "second", "fare_minor": 1000}.items() <= second.items()
    assert 0 <= second["free"] <= 4
    assert offer["closed"] == ""
    assert "G1" in run("search", "--profile", counter, "jz", "yz", "+3").out


def test_what_cannot_be_sold_any_more_can_be_looked_up(counter: Path) -> None:
    """A passenger asks for yesterday's train, and the clerk sees none."""
    far = run("search", "甲站", "乙站", soon(100), "--json", "--profile", counter).json
    gone = run("search", "甲站", "乙站", soon(-1), "--json", "--profile", counter).json
    assert {offer["closed"] for offer in far} == {"beyond_horizon"}
    assert {offer["closed"] for offer in gone} == {"departed"}
    assert "[beyond_horizon]" in run("search", "甲站", "乙站", soon(100), "--profile", counter).out
    nothing = run("search", "甲站", "乙站", "2001-01-01", "--profile", counter)
    assert (nothing.code, nothing.out) == (0, "")
    assert "no runs" in nothing.err


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (["zzzz", "乙站", "+1"], "unknown_station (text=zzzz)"),
        (["zhan", "乙站", "+1"], "station (text=zhan"),
        (["甲站", "乙站", "2026-13-01"], "bad_date (text=2026-13-01)"),
        (["甲站", "乙站", "1" * 5000], "1…"),
        (["甲站", "乙站", "\x1b[31m"], "bad_date (text=\\x1b[31m)"),
    ],
)
def test_a_search_that_is_not_understood_says_why(counter: Path, line: list[str], reason: str) -> None:
    """A guess where there should be a question; or a paste that takes the terminal over."""
    refused = run("search", *line, "--json", "--profile", counter)
    assert (refused.code, refused.out) == (3, "")
    assert reason in refused.err
    assert len(refused.err) < 1000
    assert "\x1b" not in refused.err


def test_times_of_a_night_on_which_clocks_change(tmp_path: Path) -> None:
    """On two nights a year a train leaves an hour before the passenger comes, or after."""
    init(tmp_path / "counter", "--zone", "Europe/Bratislava", "--currency", "EUR", "--policy", "default")
    agency = "agency_id,agency_name,agency_url,agency_timezone\nX,Test,https://example.org/,Europe/Bratislava\n"
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,01:30:00,01:30:00,A,1\nT1,04:30:00,04:30:00,C,2\nT2,23:00:00,23:00:00,A,1\nT2,28:00:00,28:00:00,C,2\n"
    )
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "DAILY,1,1,1,1,1,1,1,20270301,20271231\n"
    )
    feed = tiny_feed(tmp_path / "dst.zip", agency=agency, stop_times=times, calendar=calendar)
    assert run("import-timetable", feed, "--profile", tmp_path / "counter").code == 0

    def rides(day: str) -> list[tuple[str, str]]:
        found = run("search", "AAH", "CCH", day, "--json", "--profile", tmp_path / "counter")
        return [(offer["depart"], offer["arrive"]) for offer in found.json]

    # GTFS counts from noon minus 12 h: in spring that is 23:00 of the day before, in autumn 01:00 of the day itself.
    assert rides("2027-03-28") == [
        ("2027-03-28T00:30:00+01:00", "2027-03-28T04:30:00+02:00"),
        ("2027-03-28T23:00:00+02:00", "2027-03-29T04:00:00+02:00"),
    ]
    assert ("2027-10-31T02:30:00+02:00", "2027-10-31T04:30:00+01:00") in rides("2027-10-31")
    assert ("2027-03-27T23:00:00+01:00", "2027-03-28T05:00:00+02:00") in rides("2027-03-27")


# ------------------------------------------------------------------------------------------------------- journal


def test_a_changed_byte_is_named(copy: Path) -> None:
    """The record was changed, and the auditor's command says that all is well."""
    connection = sqlite3.connect(copy / "counterfoil.sqlite")
    triggers = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    columns = [row[1] for row in connection.execute("PRAGMA table_info(journal)")]
    blob = next(name for name in columns if name in {"entry", "body", "bytes", "raw"})
    connection.execute(f"UPDATE journal SET {blob} = CAST(replace({blob}, 'drill', 'thief') AS BLOB)")
    connection.commit()
    connection.close()
    verified = run("journal", "verify", "--json", "--profile", copy)
    assert verified.code == 3
    assert verified.json["ok"] is False
    assert isinstance(verified.json["first_bad"], int)
    assert verified.json["reason"]
    assert "journal: entry" in verified.err
    plain = run("journal", "verify", "--profile", copy)
    assert (plain.code, plain.out) == (3, "")


def test_an_export_is_whole_or_not_there(counter: Path, tmp_path: Path) -> None:
    """Half an export in the auditor's hands."""
    verified = run("journal", "verify", "--json", "--profile", counter).json
    exported = run("journal", "export", tmp_path / "journal.jsonl", "--profile", counter)
    assert exported.out == f"{verified['entries']} entries\n"
    assert len((tmp_path / "journal.jsonl").read_bytes().splitlines()) == verified["entries"] + 1
    for target in (tmp_path / "no such folder" / "file", tmp_path):
        for command in ("journal", "trust"):
            refused = run(command, "export", target, "--profile", counter)
            assert refused.code == 3
            assert f"bad_input (detail={target}: " in refused.err
    assert [one.name for one in tmp_path.iterdir()] == ["journal.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_device_is_not_replaced_by_a_file(counter: Path) -> None:
    """``trust export /dev/stdout`` as root: the machine has no standard output any more."""
    assert run("trust", "export", os.devnull, "--profile", counter).code == 0
    assert run("report", "x", "--output", "/dev/full", "--profile", counter).code == 3
    assert not Path(os.devnull).is_file()
    assert not Path("/dev/full").is_file()


# ------------------------------------------------------------------------------------------------------- reports


def test_the_x_in_three_forms(counter: Path, tmp_path: Path) -> None:
    """The supervisor's spreadsheet, the paper in the folder."""
    figures = run("report", "x", "--format", "json", "--profile", counter)
    assert figures.code == 0
    assert figures.json["kind"] == "x"
    assert figures.json["tickets_sold"] >= 4
    assert figures.json["sales"]["currency"] == "CNY"
    assert figures.json["cash"] == [], "the count is blind"
    text = run("report", "x", "--language", "en", "--profile", counter).out
    assert figures.json["first_ticket"] in text
    assert "班" in run("report", "x", "--language", "zh", "--profile", counter).out
    assert run("report", "x", "--format", "pdf", "--profile", counter).raw.startswith(b"%PDF-")
    run("report", "x", "--format", "pdf", "--output", tmp_path / "x.pdf", "--profile", counter)
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")


def test_no_z_before_a_close(counter: Path) -> None:
    """A Z that nobody closed."""
    refused = run("report", "z", "--profile", counter)
    assert (refused.code, refused.out) == (3, "")
    assert "no_report" in refused.err
    assert run("report", "z", "--number", "9" * 30, "--profile", counter).code == 2


# ------------------------------------------------------------------------------------------------------- tickets


def test_a_ticket_is_checked_by_its_code_and_by_its_picture(
    counter: Path, tickets: list[tuple[str, Path]], tmp_path: Path
) -> None:
    """A genuine ticket is turned away at the gate; or any picture is let through."""
    number, picture = tickets[0]
    (code,) = read_picture(picture)
    assert run("trust", "export", tmp_path / "trust.json", "--profile", counter).code == 0
    for what in (code, picture):
        for where in (["--profile", counter], ["--trust", tmp_path / "trust.json"]):
            checked = run("verify-ticket", what, "--json", *where)
            assert checked.code == 0, checked.err
            assert checked.json["ticket"] == number
    assert run("verify-ticket", code, "--profile", counter).out.startswith(f"genuine: {number}, ")


def test_what_is_no_genuine_ticket_is_named(
    counter: Path, tickets: list[tuple[str, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forger's ticket, a stranger's, last year's: each is another case at the gate."""
    _, picture = tickets[0]
    (code,) = read_picture(picture)
    forged = code[:40] + ("A" if code[40] != "A" else "B") + code[41:]
    init(tmp_path / "other")
    stranger: list[object] = ["--profile", tmp_path / "other"]
    at: list[object] = ["--profile", counter]
    (tmp_path / "trust.json").write_text("{}")
    cases: list[tuple[object, list[object], str]] = [
        (forged, at, "forged_code"),
        (code, stranger, "unknown_key"),
        ("abc", at, "bad_code"),
        ("", at, "bad_code"),
        (counter / "counterfoil.toml", at, "bad_code"),
        (code, ["--trust", tmp_path / "trust.json"], "bad_input (detail=trust bundle: bad_format"),
        (code, ["--trust", tmp_path / "missing"], "bad_input"),
        (code, ["--trust", "/dev/zero"], "too long"),
    ]
    for what, where, reason in cases:
        refused = run("verify-ticket", what, "--json", *where)
        assert (refused.code, refused.out) == (3, ""), (what, refused)
        assert reason in refused.err

    class NextYear(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(days=365)

    monkeypatch.setattr(main, "SystemClock", NextYear)
    late = run("verify-ticket", code, *at)
    assert (late.code, late.out) == (3, "")
    assert "code_expired" in late.err


# -------------------------------------------------------------------------------------------- people and epochs


def test_an_account_is_added_by_an_administrator_only(copy: Path) -> None:
    """A clerk makes themselves a supervisor."""
    line = ("add-user", "--password-stdin", "--profile", copy, "--user")
    assert run(*line, "admin", "--login", "li", "--role", "clerk", stdin=f"{PASSWORD}\nclerk's own\n").code == 0
    by_clerk = run(*line, "li", "--login", "boss", "--role", "supervisor", stdin=f"clerk's own\n{PASSWORD}\n")
    assert by_clerk.code == 3
    assert "not_allowed" in by_clerk.err
    wrong = run(*line, "admin", "--login", "boss", "--role", "supervisor", stdin=f"wrong password\n{PASSWORD}\n")
    assert wrong.code == 3
    assert "bad_credentials" in wrong.err
    assert run(*line, "admin", "--login", "boss", "--role", "supervisor", stdin=f"{PASSWORD}\n").code == 3
    opened = main.open_counter(copy, writable=True)
    try:
        assert opened.desk.log_in("li", "clerk's own").role is Role.CLERK
    finally:
        opened.close()


def test_a_lost_witness_needs_an_administrator(copy: Path, feed: Path) -> None:
    """A backup is put back, and the counter sells the same numbers again."""
    (copy / "witness").unlink()
    refused = run("import-timetable", feed, "--profile", copy)
    assert run("journal", "verify", "--profile", copy).code == 3
    assert "TROUBLE  witness" in run("doctor", "--profile", copy).out
    sold = run("drill", "--sales", 1, "--seed", 1, "--profile", copy)
    assert (sold.code, sold.out) == (3, "")
    assert "store_behind_witness" in sold.err
    line = ("start-epoch", "--user", "admin", "--reason", "disk replaced", "--password-stdin", "--profile", copy)
    assert run(*line, stdin="wrong password\n").code == 3
    begun = run(*line, stdin=f"{PASSWORD}\n")
    assert begun.out == "epoch 2\n"
    assert run("journal", "verify", "--profile", copy).code == 0
    assert run("drill", "--sales", 1, "--seed", 1, "--profile", copy).code == 0
    assert refused.code in {0, 3}  # the very same timetable is in force: there was nothing to write


def test_an_enrolled_window_asks_central_for_its_epoch() -> None:
    """The command that the guide names would be refused just where it is needed: nobody is there to press F9."""
    asked: list[tuple[str, str]] = []

    class Desk:
        def log_in(self, login: str, password: str) -> str:
            return f"{login} by {password}"

        def request_epoch(self, actor: str, *, reason: str) -> int:
            asked.append((actor, reason))
            return 4

    @contextlib.contextmanager
    def enrolled(*_: object, **__: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(line=object(), desk=Desk())

    with patch.object(main, "counter_of", enrolled):
        told = run("start-epoch", "--user", "admin", "--reason", "new disk", "--password-stdin", stdin="secret\n")
    assert (told.code, told.out) == (0, "epoch 4\n"), told.err
    assert asked == [("admin by secret", "new disk")]


# ---------------------------------------------------------------------------------------------- doctor, settings


def test_the_doctor_finds_what_is_wrong(copy: Path, tmp_path: Path) -> None:
    """A counter without its keys opens in the morning, and fails at the first passenger."""
    healthy = run("doctor", "--json", "--profile", copy)
    assert healthy.code == 0, healthy.out
    states = {finding["what"]: finding["state"] for finding in healthy.json}
    assert states["keys"] == states["witness"] == states["journal"] == "ok"
    assert "ok" in run("doctor", "--profile", copy).out
    shutil.rmtree(copy / "keys")
    ill = run("doctor", "--profile", copy)
    assert ill.code == 2
    assert "TROUBLE  keys" in ill.out
    assert "放回密钥目录" in run("doctor", "--language", "zh", "--profile", copy).out
    nowhere = run("doctor", "--profile", tmp_path / "nowhere" / "at all")
    assert nowhere.code == 2
    assert "no_profile" in nowhere.out
    (copy / "counterfoil.toml").write_text("[printer]\nurl = 5\n", "utf-8")
    wrong = run("doctor", "--profile", copy)
    assert wrong.code == 2
    assert "TROUBLE  settings" in wrong.out
    assert "printer.url" in wrong.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[printer]\nurl = 5\n", "key=printer.url"),
        (b'[printer]\nurl = "tcp://h:99999"\n', "the port is 1 to 65535"),
        (b'[printer]\nprofile = "nope"\n', "thermal-80"),
        (b'[ticket]\nlanguage = "fr"\n', "key=ticket.language"),
        (b'[ticket]\ncode = "pdf417"\n', "key=ticket.code"),
        (b"[window]\nscale_percent = 5\n", "key=window.scale_percent"),
        (b'[window]\ntheme = "pink"\n', "key=window.theme"),
        (b"[window]\nauto_lock_minutes = -1\n", "key=window.auto_lock_minutes"),
        (b'[keys]\nstore = "cloud"\n', "key=keys.store"),
        (b"[bogus]\n", "unknown section"),
        (b"[printer]\nbogus = 1\n", "unknown key"),
        (b"printer = 1\n", "must be a section"),
        (b"[printer", "end of a table"),
        (b"\xff\xfe", "decode"),
        (b"#" * 70_000, "64 KiB"),
    ],
)
def test_a_wrong_setting_is_named(copy: Path, content: bytes, said: str) -> None:
    """A typing error in the settings, and the window does not start and does not say why."""
    (copy / "counterfoil.toml").write_bytes(content)
    refused = run("stations", "甲站", "--profile", copy)
    assert (refused.code, refused.out) == (3, "")
    assert "bad_setting" in refused.err
    assert said in refused.err


def test_settings_may_be_missing_or_come_from_notepad(copy: Path) -> None:
    """A file saved on Windows has three bytes before its first word."""
    (copy / "counterfoil.toml").write_bytes(b'\xef\xbb\xbf[printer]\r\nurl = "virtual:"\r\n')
    assert run("stations", "甲站", "--profile", copy).code == 0
    (copy / "counterfoil.toml").unlink()
    assert run("stations", "甲站", "--profile", copy).code == 0


# --------------------------------------------------------------------------------------------- around every command


def test_the_profile_before_or_after_the_command(counter: Path, tmp_path: Path) -> None:
    """The order of the words decides which counter is opened."""
    before, after = run("--profile", counter, "stations", "甲站"), run("stations", "甲站", "--profile", counter)
    assert before.code == after.code == 0
    assert before.out == after.out
    for command in (["stations", "x"], ["search", "a", "b", "+1"], ["report", "x"], ["trust", "export", "x"], []):
        refused = run(*command, "--profile", tmp_path / "nowhere")
        assert (refused.code, refused.out) == (3, "")
        assert "no_profile" in refused.err
    refused = run("journal", "verify", "--json", "--profile", tmp_path / "nowhere")
    assert refused.code == 3
    assert refused.json == {"ok": False, "first_bad": None, "reason": "no_profile"}


def test_a_counter_without_a_timetable_says_so(tmp_path: Path) -> None:
    """No station is ever found, and nobody knows why."""
    init(tmp_path / "counter")
    for command in (["stations", "x"], ["search", "a", "b", "+1"], ["drill", "--sales", "1", "--seed", "1"]):
        refused = run(*command, "--profile", tmp_path / "counter")
        assert refused.code == 3
        assert "no_timetable" in refused.err
    assert run("drill", "--sales", -1, "--seed", 1, "--profile", tmp_path / "counter").code == 3
    assert run("drill", "--sales", 1, "--seed", 1, "--profile", tmp_path / "none").code == 3


def test_an_unreadable_text_is_wrong_usage(counter: Path) -> None:
    """A traceback for a paste from another encoding. One that is UTF-8 under an ASCII locale is read."""
    assert run("stations", "\udcff", "--profile", counter).code == 2
    escaped = "甲站".encode().decode("ascii", "surrogateescape")
    assert "甲站" in run("stations", escaped, "--profile", counter).out


@pytest.mark.parametrize("limit", ["0", "-1", "x", "99999999999", "２"])
def test_a_limit_is_a_number(counter: Path, limit: str) -> None:
    """Nothing is found, because nothing was asked for."""
    assert run("stations", "甲站", "--limit", limit, "--profile", counter).code == 2


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (Cancelled(), 3, "cancelled, nothing was changed"),
        (DeviceTrouble("printer", "paper_out"), 3, "device_trouble: printer: paper_out"),
        (OutcomeUnknown("commit", "disk I/O error"), 4, "outcome_unknown: commit"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "/x"), 3, "file_trouble: /x: Permission denied"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_every_end_has_its_status(
    counter: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException, code: int, said: str
) -> None:
    """A script takes an unknown outcome for a no, and does it again."""

    def fail(_args: object) -> int:
        raise trouble

    monkeypatch.setitem(main._COMMANDS, "stations", fail)
    ended = run("stations", "x", "--profile", counter)
    assert ended.code == code
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_closed_streams_are_empty_ones(counter: Path) -> None:
    """Started by a service manager, which gives it no terminal."""
    with patch.multiple(sys, stdin=None, stdout=None, stderr=None):
        try:
            assert main.main(["stations", "甲站", "--json", "--profile", str(counter)]) == 0
            assert main.main(["stations", "甲站", "--profile", str(counter / "none")]) == 3
        finally:
            for stream in (sys.stdin, sys.stdout, sys.stderr):
                stream.close()


def test_chinese_is_spoken_where_the_system_does(counter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals in English for a technician who reads Chinese."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    refused = run("search", "zzzz", "乙站", "+1", "--profile", counter)
    assert refused.err.startswith("counterfoil: unknown_station (text=zzzz): ")
    assert refused.err.rstrip().endswith("。")
    assert ". " not in refused.err


# ------------------------------------------------------------------------------------------ demonstration and window


def test_the_demonstration_is_made_once(tmp_path: Path) -> None:
    """Each start of the demonstration throws the last one's tickets away; or deletes a counter that is none."""
    folder = tmp_path / "demo"
    made = run("demo", "--stand-alone", "--prepare-only", "--profile", folder)
    assert (made.code, made.out) == (0, f"{folder}\n"), made.err

    def trusted() -> object:
        """The keys of a profile are its own."""
        run("trust", "export", tmp_path / "trust.json", "--profile", folder)
        return json.loads((tmp_path / "trust.json").read_bytes())["certificates"]

    made_first = trusted()
    assert run("demo", "--stand-alone", "--prepare-only", "--profile", folder).code == 0
    assert trusted() == made_first
    found = run("search", "长沙南", "北京西", "+1", "--json", "--profile", folder)
    assert any(not offer["closed"] for offer in found.json)
    assert run("demo", "--stand-alone", "--prepare-only", "--reset", "--profile", folder).code == 0
    assert trusted() != made_first
    (folder / "DEMONSTRATION").unlink()
    refused = run("demo", "--stand-alone", "--prepare-only", "--reset", "--profile", folder)
    assert refused.code == 3
    assert (folder / "counterfoil.sqlite").is_file()


@pytest.fixture
def parts(copy: Path) -> Iterator[Parts]:
    made = main.window_parts(copy, main.read_settings(copy), ())
    yield made
    assert made.close_desk is not None
    made.close_desk()


def test_the_window_gets_a_counter_that_works(parts: Parts, copy: Path, tmp_path: Path) -> None:
    """The window opens, and its first ticket cannot be drawn or saved."""
    desk = parts.open_desk()
    ticket = desk.find_tickets("")[0]
    paper = desk.ticket_paper(ticket.ticket_id)
    assert parts.draw_paper is not None
    assert parts.save_pdf is not None
    assert read_picture(parts.draw_paper(paper))
    parts.save_pdf(paper, tmp_path / "ticket.pdf")
    assert (tmp_path / "ticket.pdf").read_bytes().startswith(b"%PDF-")
    assert parts.sheets is None, "paper that goes to a file is not shown"
    assert desk.recover().jobs_unknown == 0
    assert run("import-timetable", copy / "none", "--profile", copy).code == 3


def test_the_virtual_printers_roll_is_shown(tmp_path: Path) -> None:
    """A demonstration that prints nothing."""
    init(tmp_path / "counter")
    parts = main.window_parts(tmp_path / "counter", main.read_settings(tmp_path / "counter"), ())
    assert parts.sheets is not None
    assert parts.close_desk is not None
    assert parts.sheets() == []
    desk = parts.open_desk()
    try:
        admin = desk.log_in("admin", PASSWORD)
        job = desk.print_test(admin)
        outcome = desk.send_job(job, desk.start_job(job))
        desk.finish_job(job, outcome)
        assert len(parts.sheets()) == 1
    finally:
        parts.close_desk()


def test_the_window_is_the_command_without_a_word(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``counterfoil`` alone prints a usage."""
    seen: list[Parts] = []

    def shown(parts: Parts, *, place: tuple[int, int] | None) -> int:
        assert place is None, "it is alone on its screen"
        seen.append(parts)
        return 0

    monkeypatch.setattr("ui.app.run_window", shown)
    assert run("--profile", copy).code == 0
    assert seen[0].verify_command[-1] == str(copy)


def test_a_pipe_that_is_closed_early_is_no_trouble(counter: Path) -> None:
    """``| head`` ends in a traceback."""

    class Closed(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            if reader_gone:
                raise BrokenPipeError
            return len(bytes(data))  # type: ignore[call-overload]

    reader_gone = True
    broken = io.TextIOWrapper(io.BufferedWriter(Closed()), encoding="utf-8")
    with patch.object(sys, "stdout", broken):
        assert main.main(["stations", "甲站", "--profile", str(counter)]) == 0
    reader_gone = False
    broken.close()


def test_a_drill_with_a_refused_feed_leaves_no_profile(tmp_path: Path) -> None:
    """Lost otherwise: the next drill, which would find a half-made counter without a timetable."""
    feed = tmp_path / "feed.zip"
    feed.write_text("no zip", encoding="utf-8")
    done = run("drill", "--sales", 1, "--seed", 1, "--feed", feed, "--profile", tmp_path / "counter")
    assert done.code == 3
    assert "not_a_zip" in done.err
    assert not (tmp_path / "counter").exists()


def test_a_caller_gets_its_interrupts_back(counter: Path, feed: Path) -> None:
    """An import ignores Ctrl-C once it is done; whoever called it could never be interrupted again."""
    before = signal.getsignal(signal.SIGINT)
    assert run("import-timetable", feed, "--profile", counter).code == 0
    assert signal.getsignal(signal.SIGINT) is before
