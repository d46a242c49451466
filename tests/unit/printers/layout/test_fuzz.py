"""Wild text in every field of every document: nothing raises, and no control byte of a field comes onto the wire.

As dots, and slips as native text. A few hundred strings of each in the suite; ``COUNTERFOIL_FUZZ_STRINGS=1000000`` for
the long run, ``COUNTERFOIL_FUZZ_SEED`` for another one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import fields, replace
from itertools import count
from typing import Any

from counter_app.domain.papers import (
    Block,
    Document,
    Mark,
    Pair,
    Paper,
    Slip,
    StationName,
    Strength,
    Table,
    Text,
    TicketFace,
    Verbatim,
)
from printers.compose import Composer
from printers.escpos import REAL_TIME, WRONG_YEN, paper_bytes
from printers.layout.samples import sample
from printers.layout_preview import LANGUAGES
from printers.native import slip_bytes
from printers.profiles import PROFILES, TextAbility
from tests.unit.printers.samples import RESOURCES
from tests.unit.printers.test_native import Read
from tests.unit.printers.test_paper import Drawing

STRINGS = int(os.environ.get("COUNTERFOIL_FUZZ_STRINGS", "700"))
SEED = int(os.environ.get("COUNTERFOIL_FUZZ_SEED", "20261121"))
COMPOSER = Composer(RESOURCES)
EVIL = (
    "\x1bp\x00\x19\xff", "\x10\x14\x01\x00\x05", "\x1d(H\x06\x00", "\x1cq", "\x1dV\x00", "\x9b2J", "\x00", "\x7f",
    "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\U000e0001", "\r\n", "\t",
    "\u2028", "{price}", "[", "%s", "<b>", "\\x1b",
)  # fmt: skip
ALPHABETS = (
    "迪丽热巴·木拉提𠮷㛃北京西长沙南乌鲁木齐，。（）",
    "ABCDEFGabcdefg 0123456789-/.,'",
    "žščťŽŠéüøßİıŁ",
    "กรุงเทพอภิวัฒน์ ที่",
    "éàö̂̈",
    "ЖщΩψאבגدمشך",
    "𓀀😀⸻﷽ﬁ‱￥¥€",
)


class Wild:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.made = 0

    def text(self) -> str:
        self.made += 1
        draw = self.draw
        kind = draw.random()
        if kind < 0.08:
            return ""
        if kind < 0.35:
            chars = [chr(draw.randrange(0x110000)) for _ in range(draw.randrange(1, 30))]
        else:
            chars = draw.choices(draw.choice(ALPHABETS), k=draw.choice((1, 3, 8, 20, 70)))
        for _ in range(draw.randrange(3)):
            chars.insert(draw.randrange(len(chars) + 1), draw.choice(EVIL))
        return "".join(chars)

    def block(self) -> Block:
        draw = self.draw
        strength = draw.choice(list(Strength))
        match draw.randrange(4):
            case 0:
                return Text(self.text(), strength, draw.choice(("left", "center", "right")))
            case 1:
                return Pair(self.text(), self.text(), strength)
            case 2:
                columns = draw.randrange(1, 6)
                rows = [tuple(self.text() for _ in range(columns)) for _ in range(draw.randrange(4))]
                return Table(
                    tuple(self.text() for _ in range(columns)), tuple(rows), "".join(draw.choices("lrc", k=columns))
                )
            case _:
                return Verbatim(tuple(self.text() for _ in range(draw.randrange(4))))

    def paper(self, document: Document, language: str) -> Paper:
        draw = self.draw
        paper = sample(document, language, draw.choice(("usual", "long", "short")))
        marks = tuple(draw.sample(list(Mark), draw.randrange(3)))
        if isinstance(paper, Slip):
            parts = tuple(replace(part, blocks=tuple(self.block() for _ in part.blocks[:6])) for part in paper.parts)
            facts = {name: self.text() for name in paper.facts}
            return replace(
                paper, title=self.text(), subtitle=self.text(), parts=parts, blocks=(), facts=facts, marks=marks
            )
        wild: dict[str, Any] = {}
        for field in fields(TicketFace):
            value = getattr(paper, field.name)
            if field.name in {"language", "code", "document", "place_kind"}:
                continue
            if isinstance(value, StationName):
                wild[field.name] = StationName(native=self.text(), latin=self.text())
            elif isinstance(value, str):
                wild[field.name] = self.text()
        rules = tuple(self.text() for _ in range(draw.randrange(4)))
        kind = draw.choice(("seat", "berth_upper", "berth_middle", "x", None))
        return replace(paper, **wild, rules=rules, place_kind=kind, marks=marks, copy_number=draw.randrange(100))


def test_wild_text_in_every_field_is_drawn_and_puts_no_command_on_the_wire() -> None:
    """A passenger's name that holds ESC p would open the drawer; one that no layout can set would lose the sale."""
    wild = Wild(SEED)
    names = ("thermal-58", "epson-80-512", "epson-80", "thermal-80")
    for turn in count():
        if wild.made >= STRINGS:
            break
        document = list(Document)[turn % len(Document)]
        profile = PROFILES[names[turn % len(names)]]
        paper = wild.paper(document, LANGUAGES[turn % len(LANGUAGES)])
        raster = COMPOSER.compose(paper, width=profile.width, symbology="qr" if turn % 5 == 0 else "aztec")
        drawing = Drawing(paper_bytes(raster, profile, token=turn % 9999 + 1), profile.width)
        where = (document, turn, wild.made)
        assert (drawing.kicks, drawing.real_time, drawing.unknown, len(drawing.sheets)) == (0, 0, [], 1), where
        assert {said.split()[0] for said in drawing.said} <= {"ESC", "FS", "GS"}, where
        assert drawing.sheets[0].rows[: len(raster.rows)] == raster.rows, where


# ---------------------------------------------------------------- native text

HANZI_SETS = ("gb18030", "gbk", "gb2312", "")
PAGES = ((("cp437", 0), ("cp858", 19)), (("cp866", 17), ("cp1252", 16)), ())
# Lead and whole length of every command that a slip may hold; a picture's dots follow its head.
COMMANDS = {
    b"\x1b@": 2, b"\x1c.": 2, b"\x1c&": 2, b"\x1bt": 3, b"\x1bR": 3, b"\x1bE": 3, b"\x1bJ": 3, b"\x1d!": 3,
    b"\x1da": 3, b"\x1dr": 3, b"\x1dV": 4, b"\x1dP": 4, b"\x1dv": 8, b"\x1d(": 11,
}  # fmt: skip


def scan(job: bytes) -> Counter[bytes]:
    """How often each command stands in it. Everything else must be a letter of the mode that is on: ASCII or a byte of
    a code page, or a pair of the Chinese set.
    """
    found: Counter[bytes] = Counter()
    at, chinese = 0, False
    while at < len(job):
        byte = job[at]
        if byte in {0x1B, 0x1C, 0x1D}:
            lead = job[at : at + 2]
            assert lead in COMMANDS, (at, job[at : at + 8])
            found[lead] += 1
            if lead in {b"\x1c&", b"\x1c."}:
                chinese = lead == b"\x1c&"
            size = COMMANDS[lead]
            if lead == b"\x1dv":
                size += int.from_bytes(job[at + 4 : at + 6], "little") * int.from_bytes(job[at + 6 : at + 8], "little")
            at += size
        elif byte == 0x0A:
            assert not chinese, at
            at += 1
        elif chinese and byte >= 0x80:
            assert 0x81 <= byte <= 0xFE, (at, byte)
            assert 0x40 <= job[at + 1] <= 0xFE, (at, job[at : at + 2])
            assert job[at + 1] != 0x7F, at
            at += 2
        else:
            assert byte >= 0x20, (at, byte)
            assert byte != 0x7F, at
            at += 1
    assert at == len(job)
    return found


def test_wild_text_as_native_text_puts_no_command_on_the_wire() -> None:
    """A name that holds ESC p would open the drawer; half a hanzi would take the next price's first digit with it."""
    wild = Wild(SEED + 1)
    slips = [document for document in Document if isinstance(sample(document, "zh", "usual"), Slip)]
    for turn in count():
        if wild.made >= STRINGS:
            break
        paper = wild.paper(slips[turn % len(slips)], LANGUAGES[turn % len(LANGUAGES)])
        assert isinstance(paper, Slip)
        base = PROFILES[("thermal-58", "thermal-80", "epson-80")[turn % 3]]
        ability = TextAbility(
            columns=(32, 48, 42)[turn % 3], hanzi=HANZI_SETS[turn % 4], pages=PAGES[turn // 4 % len(PAGES)]
        )
        profile = replace(base, text=ability, native_slips=True)
        job = slip_bytes(paper, profile, COMPOSER, token=turn % 9999 + 1)
        where = (turn, wild.made)
        assert WRONG_YEN not in job, where
        assert not REAL_TIME.search(job), where
        found = scan(job)
        cuts, questions = found[b"\x1dV"], found[b"\x1dr"] + found[b"\x1d("]
        assert (cuts, questions, found[b"\x1b@"]) == (1, 1, 1), where
        if turn % 16 == 0:
            read = Read(job, profile, hanzi=ability.hanzi)
            assert (read.unknown, read.real_time, read.kicks) == ([], [], 0), where
            assert (len(read.sheets), read.clipped) == (1, 0), where
