"""Rows as they are read: line numbers, encodings, bounds, and what must never reach a printer."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.errors import Refusal
from db.catalogue import limits
from db.catalogue.container import Archive
from db.catalogue.faults import Faults
from db.catalogue.table import Table
from db.catalogue.text import ascii_folded, clean
from tests.unit.db.catalogue.feeds import zipped

STOPS = "stops.txt"
Read = tuple[list[tuple[int, tuple[str, ...]]], list[tuple[int, str]]]


def _read(folder: Path, content: str | bytes, columns: tuple[str, ...] = ("stop_id", "stop_name")) -> Read:
    faults = Faults()
    with Archive(zipped(folder / "t.zip", {STOPS: content})) as archive:
        table = Table(archive, STOPS, columns, required=columns[:1], faults=faults, tick=lambda *_: None)
        rows = list(table)
    return rows, [(fault.line, fault.fault) for fault in faults.listed()]


def _code(folder: Path, content: str | bytes) -> str:
    with pytest.raises(Refusal) as refused:
        _read(folder, content)
    return str(refused.value.facts["code"])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_the_same(tmp_path: Path, end: str) -> None:
    """The line that a fault names is the line that the operator finds in the editor."""
    rows, faults = _read(tmp_path, end.join(["stop_id,stop_name", "A,甲", "", "B", "C,丙", ""]))
    assert rows == [(2, ("A", "甲")), (5, ("C", "丙"))]
    assert faults == [(4, "ragged_row")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_on_the_border_of_two_pieces(tmp_path: Path, end: str) -> None:
    """A pair that is torn apart by the reading must not become two lines."""
    row = "A,x"
    for padding in range(4):
        name = "y" * (256 * 1024 - len("stop_id,stop_name") - 2 * len(end) - 2 - padding)
        many = "".join(f"{chunk}{end}" for chunk in (name[i : i + 9000] + ",z" for i in range(0, len(name), 9000)))
        rows, faults = _read(tmp_path, f"stop_id,stop_name{end}{many}{row}{end}" * 1)
        assert rows[-1] == (len(rows) + 1, ("A", "x"))
        assert faults == []


def test_quoted_line_breaks_count_physically_and_are_mended(tmp_path: Path) -> None:
    """A name in two lines would break a ticket; the lines behind it must still be counted as the file has them."""
    rows, faults = _read(tmp_path, 'stop_id,stop_name\nA,"甲\n\n站"\nB,"乙 ""站"", 二"\nC\n')
    assert rows == [(2, ("A", "甲  站".replace("  ", " "))), (5, ("B", '乙 "站", 二'))]
    assert faults == [(2, "line_break"), (6, "ragged_row")]


def test_blanks_round_names_and_values_do_not_count(tmp_path: Path) -> None:
    """Aligned columns are a habit of people who write feeds by hand: ids must match all the same."""
    rows, faults = _read(tmp_path, ' stop_id , stop_name \n A , 甲 \n"B" ,"乙"\n　C　,　丙\n')
    assert rows == [(2, ("A", "甲")), (4, ("C", "丙"))]
    assert faults == [(3, "bad_csv")]


def test_missing_columns_are_empty_and_rows_may_end_in_commas(tmp_path: Path) -> None:
    """Exporters end each row with a comma, and leave optional columns out."""
    rows, faults = _read(tmp_path, "stop_id\nA,\nB,,\nC,x\n", ("stop_id", "zone_id"))
    assert rows == [(2, ("A", "")), (3, ("B", ""))]
    assert faults == [(4, "ragged_row")]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("stop_id,stop_name\nA,甲\n".encode("gb18030"), "not_utf8"),
        ("stop_id,stop_name\nA,甲\n".encode("utf-16"), "not_utf8"),
        ("stop_id,stop_name\nA,x\n".encode("utf-16-le"), "nul_byte"),
        (b"stop_id,stop_name\nA,\xed\xa0\x80\n", "not_utf8"),
        (b"stop_id,stop_name\nA,\xe4\xb9", "not_utf8"),
        ("stop_id,stop_name\nA,\0\n", "nul_byte"),
        ('stop_id,stop_name\nA,"open\nB,x\n', "bad_csv"),
        ("stop_id,stop_name\nA," + "x" * 1_000_000 + "\n", "field_too_long"),
        ("stop_id,stop_name\nA," + "x" * 3_000_000, "field_too_long"),
        ("stop_id," + "x," * 5_000 + "\n", "too_many_columns"),
        ("stop_id,stop_id,stop_name\n", "duplicate_column"),
        ("Stop_Id,stop_name\n", "missing_column"),
        ("\n\n", "missing_column"),
    ],
)
def test_damage_refuses_the_file(tmp_path: Path, content: str | bytes, code: str) -> None:
    """An encoding is never guessed, and no field may be longer than what a screen or a ticket will ever show."""
    assert _code(tmp_path, content) == code


@pytest.mark.timeout(60)
def test_endless_empty_lines_are_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte of line ends costs more time than a megabyte of names: lines are bounded, not only bytes."""
    monkeypatch.setattr(limits, "LINES", 100_000)
    assert _code(tmp_path, "stop_id,stop_name\n" + "\n" * 200_000) == "too_large"


@pytest.mark.parametrize(
    ("given_name", "kept", "fault"),
    [
        ("戊\u202e站站\u202c", "戊站站", "format_character"),
        ("己\u200b站\ufeff", "己站", "format_character"),
        ("\u2028庚站\u2066", "庚站", "format_character"),
        ("辛\U000e0041站", "辛站", "format_character"),
        ("\u3164\u2800壬\u00ad", "壬", "format_character"),
        ("戊\x1bp0\x19P站", "戊p0P站", "control_character"),
        ("庚\x9b2J\x07\x08站", "庚2J站", "control_character"),
        ("甲\x85站\x7f", "甲站", "control_character"),
        ("A\tB", "A B", "control_character"),
        ("می\u200cخواهم", "می\u200cخواهم", None),
        ("é\u0301乙\ue000", "é\u0301乙\ue000", None),
    ],
)
def test_what_a_printer_would_obey_never_gets_in(tmp_path: Path, given_name: str, kept: str, fault: str | None) -> None:
    """ESC p opens the cash drawer, GS V cuts the paper, an override turns a station's name round on the ticket.

    Persian needs its zero width non-joiner: there it is a letter and stays.
    """
    rows, faults = _read(tmp_path, f"stop_id,stop_name\nE,{given_name}\n")
    assert rows == [(2, ("E", kept))]
    assert faults == ([(2, fault)] if fault else [])


@given(st.text())
def test_clean_text_is_clean_and_stays_so(text: str) -> None:
    """Whatever a feed holds: what is kept has no control character, and cleaning again finds nothing more."""
    kept, _ = clean(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in kept)
    assert clean(kept) == (kept, [])


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20), min_size=3, max_size=3
        )
    )
)
def test_rows_come_back_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Names with commas and quotation marks are names."""
    folder = tmp_path_factory.mktemp("rows")
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["stop_id", "stop_name", "zone_id"])
        writer.writerows([["x", *row[1:]] for row in rows])
    found, faults = _read(folder, path.read_bytes(), ("stop_id", "stop_name", "zone_id"))
    expected = [("x", *(clean(field)[0] for field in row[1:])) for row in rows]
    assert [fields for _, fields in found] == expected
    assert {fault for _, fault in faults} <= {"format_character"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Alekšince", "Aleksince"),
        ("Łódź", "Lodz"),
        ("Köln", "Koln"),
        ("Bonn", ""),
        ("甲站", ""),
        ("กรุงเทพ", ""),
        ("København", "Kobenhavn"),
    ],
)
def test_names_are_typed_without_accents(name: str, plain: str) -> None:
    """A clerk with a plain keyboard still finds Alekšince."""
    assert ascii_folded(name) == plain
