"""``counterfoil blanks`` and printers of their own, by the commands themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import main
from counter_app.domain.settings import default_text, parse_settings
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobKind
from printers.paperless import FilePrinter, VirtualPrinter
from tests.unit.command_line import PASSWORD, init, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("blanks") / "counter"
    assert init(made, "--station-code", "AAH").code == 0
    stdin = f"{PASSWORD}\nanother-long-one\n"
    words = ("--login", "wang", "--role", "supervisor", "--user", "admin", "--password-stdin", "--profile", made)
    assert run("add-user", *words, stdin=stdin).code == 0
    return made


def _blanks(folder: Path, *words: str, stdin: str = "") -> list[dict[str, object]]:
    done = run("blanks", *words, "--json", "--profile", folder, stdin=stdin)
    assert done.code == 0, done.err
    found: list[dict[str, object]] = json.loads(done.out)
    return found


def test_a_roll_is_loaded_spoiled_and_ended(folder: Path) -> None:
    """A depot counts its blanks with a script, without a window."""
    who, second = ("--user", "admin", "--password-stdin"), ("--second", "wang", "--reason", "torn")
    both = f"{PASSWORD}\nanother-long-one\n"
    assert _blanks(folder, "list") == []
    (loaded,) = _blanks(folder, "load", "C000001", "C000010", *who, stdin=f"{PASSWORD}\n")
    assert (loaded["printer"], loaded["left"], loaded["inside"]) == ("main", 10, True)
    (spoiled,) = _blanks(folder, "spoil", "C000001", "C000002", *who, *second, stdin=both)
    assert (spoiled["next"], spoiled["left"]) == ("C000003", 8)
    again = run("blanks", "load", "C000011", "C000020", *who, "--profile", folder, stdin=f"{PASSWORD}\n")
    assert again.code == 3
    assert "roll_inside" in again.err
    (ended,) = _blanks(folder, "end", *who, *second, stdin=both)
    assert (ended["left"], ended["inside"]) == (8, False)
    assert _blanks(folder, "list") == [ended]
    plain = run("blanks", "list", "--profile", folder)
    assert "C000001-C000010  next C000003  left     8" in plain.out
    assert run("journal", "verify", "--profile", folder).code == 0


# ------------------------------------------------------------------------------------------- printers of their own

SEVERAL = """\
[printer]
url = "virtual:"
[printer.receipt]
url = "{url}"
profile = "thermal-58"
[printer.spare]
url = "virtual:?profile=epson-58"
drawer = true
"""


def test_every_printer_of_the_settings_is_there(folder: Path, tmp_path: Path) -> None:
    paper = (tmp_path / "receipts.bin").as_uri()
    (folder / "counterfoil.toml").write_text(SEVERAL.format(url=paper), "utf-8")
    opened = main.open_counter(folder, writable=False)
    try:
        printers = opened.printers
        assert printers.names == ("main", "receipt", "spare")
        assert isinstance(printers.named("receipt"), FilePrinter)
        assert isinstance(printers.named("spare"), VirtualPrinter)
        views = {one.name: one for one in opened.desk.printers()}
        assert (views["receipt"].url, views["receipt"].profile) == (paper, "thermal-58")
        assert [name for name, one in views.items() if one.drawer] == ["spare"]
        assert printers.of_kind(JobKind.RECEIPT) == "receipt"
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[printer.kitchen]\nurl = "virtual:"', "printer.kitchen"),
        ("[printer]\nreceipt = 1", "printer.receipt"),
        ('[printer.receipt]\nurl = "lpt1"', "printer.receipt.url"),
        ('[printer.receipt]\ncolour = "red"', "printer.receipt.colour"),
        ("[printer.spare]\ndrawer = 1", "printer.spare.drawer"),
        ("[printer]\ndrawer = true\n[printer.spare]\ndrawer = true", "printer.drawer"),
    ],
)
def test_a_wrong_printer_is_refused_by_its_name(text: str, key: str) -> None:
    """Nothing is guessed: a typing error must not print tickets on receipts' paper."""
    with pytest.raises(Refusal) as refused:
        parse_settings(text)
    assert (refused.value.reason, refused.value.facts["key"]) == (Reason.BAD_SETTING, key)


def test_what_init_writes_shows_them_and_uses_none() -> None:
    text = default_text("virtual:")
    assert parse_settings(text).printers == {}
    assert parse_settings(default_text("tcp://192.0.2.1:9100", demonstration=True)).printers == {}
    assert tuple(parse_settings(default_text("virtual:", demonstration=True)).printers) == ("receipt",)
    shown = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [printer.", "# url", "# profile")) else line
        for line in text.splitlines()
    )
    assert tuple(parse_settings(shown).printers) == ("receipt", "report", "spare")
