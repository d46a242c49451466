"""The journal's verdict in words."""

from __future__ import annotations

import re
from pathlib import Path

from counter_app.application.views import JournalVerdict
from counter_app.texts import Texts
from ui.presenters.journal import BAD_WORDS, by_words, verdict_notice

ROOT = Path(__file__).resolve().parents[4]
_SAID = re.compile(r'(?:\.add\([^"]*|BadEntry\()f?"([a-z_]+)')


def test_every_reason_has_words() -> None:
    """An auditor before a raw code, who cannot tell an edited sale from a lost witness."""
    sources = [*(ROOT / "db").glob("verify*.py"), ROOT / "counter_app" / "domain" / "journal.py"]
    said = {code for source in sources for code in _SAID.findall(source.read_text("utf-8"))}
    assert len(said) > 15
    assert said <= BAD_WORDS.keys()


def test_a_table_is_named_and_an_entry_where_there_is_one() -> None:
    """Which sale was edited: without it the auditor searches them all."""
    t = Texts(ROOT / "resources" / "i18n", "en")
    edited = JournalVerdict(ok=False, entries=9, head="", first_bad=7, reason="table_mismatch:ticket")
    assert verdict_notice(edited, t).what_happened == ("Entry 7: a table does not say what the journal says (ticket).")
    lost = JournalVerdict(ok=False, entries=9, head="", first_bad=None, reason="witness_missing")
    assert verdict_notice(lost, t).what_happened == "the witness file is missing"


def test_what_the_program_did_by_itself_has_a_word() -> None:
    """Lost otherwise: an English "system" in a Chinese list, which looks like somebody's login."""
    folder = ROOT / "resources" / "i18n"
    assert by_words("system", Texts(folder, "zh")) == "系统"
    assert by_words("wang", Texts(folder, "zh")) == "wang"
