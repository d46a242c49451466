"""The doctor: every finding is in words of both languages with a next step, and nothing that fails hides the rest."""

from __future__ import annotations

import os
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counter_app.domain.leases import CentralTime
from counter_app.domain.settings import PrinterSettings
from counter_app.errors import DeviceTrouble, Reason, Refusal
from counter_app.ports.prints import PaperState, PrinterStatus
from counter_app.ports.workshop import CodeTrip, FileFault, PrinterFacts
from counter_app.system import SystemClock
from counter_app.texts import LANGUAGES, Texts
from printers import checking
from printers.opening import check_printer_url, profile_at
from ui.commandline.doctoring import finding_json, print_findings
from ui.doctor import paper, ports, run
from ui.doctor.probes import Probes
from ui.doctor.store import clock_finding
from ui.doctor.system import disk, system, zone
from ui.presenters import findings
from ui.presenters.findings import WORDS, Finding, Weight

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
NOW = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)
READY = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)


def _texts(language: str) -> Texts:
    return Texts(RESOURCES / "i18n", language)


def _probes(folder: Path, *named: PrinterFacts, **more: object) -> Probes:
    return Probes(folder=folder, resources=RESOURCES, printers=lambda: list(named), **more)  # type: ignore[arg-type]


def _codes(found: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.code: finding for finding in found}


# ---- words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_finding_has_its_words(code: str, language: str) -> None:
    """The technician reads a template, or the command ends in an error just when it is needed."""
    names = {name for words in WORDS[code] for _, name, _, _ in string.Formatter().parse(words) if name}
    facts = {name: "out" if name == "paper" else "7" for name in names}
    finding = Finding(what="printer", state=Weight.TROUBLE, code=code, facts=facts | {"file": "a.toml", "line": 3})
    t = _texts(language)
    assert findings.said(finding, t)
    assert "{" not in findings.said(finding, t) + findings.next_step(finding, t) + findings.title(finding, t)


def test_trouble_comes_first_and_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty lines are in order, and the one that is not scrolls away."""
    found = [
        Finding(what="fonts", state=Weight.OK, code="fonts_there"),
        Finding(what="timetable", state=Weight.WARNING, code="timetable_none"),
        Finding(what="port", name="/dev/ttyUSB0", state=Weight.TROUBLE, code="port_missing"),
    ]
    assert [one.what for one in findings.in_order(found)] == ["port", "timetable", "fonts"]
    assert findings.summary(found, _texts("en")) == ("Does not work: 1; to look at: 1.", "bad")
    assert print_findings(found, _texts("en"), as_json=False) == 2
    out = capsys.readouterr().out
    assert "TROUBLE  port /dev/ttyUSB0" in out
    assert "→ Plug the device in" in out
    assert print_findings(found[:2], _texts("zh"), as_json=False) == 1
    assert "请导入" in capsys.readouterr().out
    assert print_findings(found[:1], _texts("en"), as_json=True) == 0
    text = findings.as_text(found, _texts("en"))
    assert text.splitlines()[0].startswith("trouble | Port /dev/ttyUSB0 | is not there | Plug")


def test_a_program_reads_codes_and_facts() -> None:
    """Whoever watches fifty windows would have to read sentences."""
    finding = paper.status("main", "tcp://a", DeviceTrouble("a", "silent"))
    told = finding_json(finding, _texts("en"))
    assert (told["what"], told["state"], told["code"]) == ("printer", "trouble", "printer_trouble")
    assert told["facts"] == {"url": "tcp://a", "error": "silent"}
    assert "does not answer" in str(told["detail"])


# ---- paper


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({}, Weight.OK, "printer_ready"),
        ({"paper": PaperState.NEAR_END}, Weight.WARNING, "printer_low"),
        ({"answered": False, "paper": PaperState.UNKNOWN}, Weight.WARNING, "printer_mute"),
        ({"ready": False, "error": "cover_open"}, Weight.TROUBLE, "printer_trouble"),
    ],
)
def test_what_a_printer_says_is_weighed(changes: dict[str, object], state: Weight, code: str) -> None:
    """A printer that never answers is called sound."""
    from dataclasses import replace

    finding = paper.status("", "virtual:", replace(READY, **changes))  # type: ignore[arg-type]
    assert (finding.state, finding.code) == (state, code)


def test_a_port_is_named_with_the_group_that_may_open_it(tmp_path: Path) -> None:
    """The printer is silent, and nobody thinks of permissions."""
    port = tmp_path / "ttyUSB7"
    port.touch()
    assert ports.port(port).code == "port_good"
    assert ports.port(tmp_path / "ttyUSB8").code == "port_missing"
    assert ports.port_of(f"serial://{port}?baud=9600") == port
    assert ports.port_of("serial://COM3") is None
    assert ports.port_of("tcp://10.0.0.5:9100") is None
    assert ports.forbidden_group(f"serial://{port}") == ""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may open everything")
def test_a_forbidden_port_names_its_group(tmp_path: Path) -> None:
    """As above, where it is really shut."""
    port = tmp_path / "ttyUSB7"
    port.touch()
    port.chmod(0)
    finding = ports.port(port)
    assert finding.code == "port_forbidden"
    assert finding.facts["group"] == ports.group_name(port.stat().st_gid) == ports.forbidden_group(f"serial://{port}")


def test_a_forbidden_port_is_told_by_what_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As above, for whoever runs these tests as root."""
    port = tmp_path / "ttyUSB7"
    port.touch()
    monkeypatch.setattr(os, "access", lambda *_args: False)
    finding = ports.port(port)
    assert finding.code == "port_forbidden"
    assert f"sudo usermod -aG {finding.facts['group']}" in findings.next_step(finding, _texts("en"))


def test_printers_files_codes_queues_and_bus_are_each_said(tmp_path: Path) -> None:
    """One thing that is wrong hides another."""
    absent = DeviceTrouble("usb", "no libusb here")

    def no_usb() -> list[str]:
        raise absent

    why = Refusal(Reason.LAYOUT_REFUSED, file="ticket.toml", line=4, code="unknown_key", detail="bogus")
    probes = _probes(
        tmp_path,
        PrinterFacts(name="main", url="usb://04b8:0e28", profile="thermal-80", width=576),
        PrinterFacts(name="report", url="cups:office", profile="nope", refused="unknown"),
        PrinterFacts(name="spare", url="cups:gone", profile="thermal-80", width=576),
        usb=no_usb,
        queues=lambda: ["office"],
        profile_files=lambda: [FileFault(file="ours.toml"), FileFault(file="bad.toml", line=7, reason="no number")],
        layout_files=lambda: [FileFault(file="ticket.toml", line=4, reason="x", why=why)],
        code_trip=lambda width, symbology: CodeTrip(width=width, symbology=symbology, dots=6),
        ports=["serial:///dev/counterfoil-nothing-here"],
    )
    found = list(paper.printers(probes))
    by_code = {finding.code: finding for finding in found}
    assert {"profile_good", "profile_unknown", "usb_absent", "spooler_good", "spooler_missing"} <= set(by_code)
    assert {"profile_file_good", "profile_file_bad", "layout_bad", "code_read", "port_missing"} <= set(by_code)
    assert sum(finding.code == "code_read" for finding in found) == 1, "each width once"
    t = _texts("en")
    assert findings.said(by_code["profile_file_bad"], t) == "bad.toml, line 7: no number"
    assert "ticket.toml, line 4" in findings.said(by_code["layout_bad"], t)
    assert findings.title(by_code["profile_unknown"], t) == "Printer's profile: Report printer"


def test_what_is_not_in_use_is_not_asked(tmp_path: Path) -> None:
    """A window without USB is told to install libusb."""

    def never() -> list[str]:
        raise AssertionError

    probes = _probes(
        tmp_path, PrinterFacts(name="main", url="virtual:", profile="x", width=384), usb=never, queues=never
    )
    assert [finding.code for finding in paper.printers(probes)] == ["profile_good"]


# ---- the machine and the clock


def test_the_machine_is_looked_at(tmp_path: Path) -> None:
    """Tickets without hanzi, or a disk that ends in the rush hour."""
    good = _codes(system(tmp_path / "not" / "there", RESOURCES))
    assert {"qt_loads", "fonts_there"} <= set(good)
    bad = _codes(system(tmp_path, tmp_path))
    assert "NotoSansSC-Bold.ttf" in str(bad["fonts_missing"].facts["names"])
    assert disk(tmp_path).what == "disk"
    assert zone("Asia/Shanghai").code == "zone_known"
    assert zone("Mars/Olympus").code == "zone_unknown"


def test_a_clock_that_is_wrong_is_found() -> None:
    """Tickets are sold for trains that have left."""
    minute = timedelta(minutes=1)

    def told(wall: datetime) -> CentralTime:
        return CentralTime(told=NOW, told_wall=wall, told_monotonic_ms=None, high_water=NOW)

    assert clock_finding(NOW, None, None).code == "clock_alone"
    assert clock_finding(NOW, NOW + 2 * minute, None).code == "clock_behind"
    assert clock_finding(NOW, NOW - minute, told(NOW)).code == "clock_good"
    off = clock_finding(NOW, None, told(NOW + 5 * minute))
    assert (off.code, off.facts["seconds"]) == ("clock_off", 300)


def test_a_refused_profile_is_a_finding_and_the_rest_is_said(tmp_path: Path) -> None:
    """The one command that should help ends at the first trouble."""

    def refused() -> run.OpenCounter:
        raise Refusal(Reason.PROFILE_IN_USE)

    class Clock:
        def now(self) -> datetime:
            return NOW

        def monotonic_ms(self) -> int:
            return 0

    found = run.look(
        _probes(tmp_path, PrinterFacts(name="main", url="virtual:", profile="p", width=8)), refused, Clock()
    )
    assert [one.code for one in found if one.state is Weight.TROUBLE] == ["refused"]
    assert "profile_good" in {one.code for one in found}
    wrong = run.settings_refused(tmp_path, RESOURCES, Refusal(Reason.BAD_SETTING, key="printer.url", detail="no"))
    assert findings.said(wrong[-1], _texts("en")) == "printer.url: no"


@pytest.mark.parametrize(
    ("url", "profile", "code"),
    [
        ("tcp://", "thermal-80", "address_wrong"),
        ("tpc://printer", "thermal-80", "address_wrong"),
        ("serial://COM1?baud=9601", "thermal-80", "address_wrong"),
        ("usb://nothing", "thermal-80", "address_wrong"),
        ("cups:", "thermal-80", "address_wrong"),
        ("virtual:?profile=thremal-80", "thermal-80", "profile_unknown"),
        ("virtual:", "thremal-80", "profile_unknown"),
        ("virtual:", "broken", "profile_file_bad"),
    ],
)
def test_only_the_true_fault_of_a_printers_settings_is_told(tmp_path: Path, url: str, profile: str, code: str) -> None:
    """Somebody with a typing mistake in the address looks for a profile that is there."""
    own = tmp_path / "printers"
    own.mkdir()
    if profile == "broken":
        (own / "broken.toml").write_text("format = 1\n[paper]\nwidth_dots = 7\n", "utf-8")
    named = {"main": PrinterSettings(url=url, profile=profile)}

    def refused() -> run.OpenCounter:
        check_printer_url(url, own)
        profile_at(url, profile, own)
        raise AssertionError

    probes = Probes(
        folder=tmp_path,
        resources=RESOURCES,
        printers=lambda: checking.printer_facts(named, own, "aztec"),
        profile_files=lambda: checking.profile_files(own),
        usb=list,
        queues=list,
    )
    found = run.look(probes, refused, SystemClock())
    troubles = [one for one in found if one.state is Weight.TROUBLE and one.what != "disk"]
    assert [one.code for one in troubles] == [code]
    words = f"{findings.title(troubles[0], _texts('zh'))} {findings.said(troubles[0], _texts('zh'))}"
    assert "{" not in words


def test_an_address_that_names_no_file_is_not_looked_for() -> None:
    """The doctor would end with a traceback, of a setting that it should explain."""
    assert ports.port_of("serial:///dev/x%00y") is None
    assert ports.port_of("serial:///dev/ttyS0") is not None
