"""Payments in the clerk's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from counter_app.application.payment_views import AboutPayment, TerminalView
from counter_app.ports.payments import TerminalTrouble
from counter_app.texts import Texts
from devices.zvt.codes import INTERMEDIATE
from ui.presenters import payment_words
from ui.presenters.refused_words import refused

T = Texts(Path(__file__).resolve().parents[4] / "resources" / "i18n", "en")
READY = TerminalView(
    name="card",
    configured=True,
    ready=True,
    trouble="",
    terminal_id="52500031",
    last_receipt=217,
    blocked_by=None,
    last_closing=None,
)


def test_a_ready_terminal_says_who_it_is_and_its_last_receipt() -> None:
    """Its number tells one till's terminal from the next, before a card is taken."""
    assert payment_words.terminal(READY, T) == "Terminal 52500031: ready · last receipt 217"
    assert payment_words.terminal(replace(READY, last_receipt=None), T) == "Terminal 52500031: ready"


@pytest.mark.parametrize("trouble", [one for one in TerminalTrouble if one is not TerminalTrouble.NONE])
def test_each_trouble_of_a_terminal_has_its_words(trouble: TerminalTrouble) -> None:
    """Lost otherwise: a clerk who reads "not ready" and cannot tell a cable from a password."""
    said = payment_words.terminal(replace(READY, ready=False, trouble=trouble.value, terminal_id=""), T)
    assert said[:1].isupper()
    assert "not ready" not in said


def test_a_terminal_that_only_says_no_is_not_ready() -> None:
    assert payment_words.terminal(replace(READY, ready=False), T) == "Terminal 52500031: not ready"
    assert payment_words.terminal(replace(READY, configured=False), T) == "No card terminal"


def test_who_was_asked_is_said_in_words_and_a_stations_own_name_is_kept() -> None:
    assert [payment_words.device(name, T) for name in ("card", "wechat", "hall-2")] == [
        "Card terminal",
        "WeChat Pay",
        "hall-2",
    ]


def test_every_word_of_a_terminal_is_one_that_is_translated() -> None:
    """Lost otherwise: a clerk who reads English on the one day on which the terminal says something rare."""
    said = {words for sentence in INTERMEDIATE.values() for words in sentence.split(". ")}
    assert said <= payment_words.TERMINAL_WORDS


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("terminal_05", "the bank said no (05)"),
        ("terminal_6C", "stopped, or no card was shown in time (6C)"),
        ("terminal_F1", "the terminal said no (F1)"),
        ("terminal_", "the terminal said no"),
        ("not_reversed_B5", "the terminal did not give it back (B5)"),
        ("approved", ""),
    ],
)
def test_a_refusal_of_the_terminal_has_words_and_keeps_its_code(reason: str, words: str) -> None:
    assert refused(reason, T) == words


def test_what_a_payment_is_about_fits_a_list() -> None:
    """The clerk looks for the day on which the passenger travels, and must find it in a narrow column."""
    sale = AboutPayment(service="K1234", travel_on=date(2026, 12, 2), places=("05-12A", "05-12B", "05-12C"))
    assert payment_words.about(sale) == "K1234 2026-12-02 05-12A 05-12B 05-12C"
    assert payment_words.about(sale, short=True) == "K1234 12-02 05-12A +2"
    assert payment_words.about(replace(sale, places=()), short=True) == "K1234 12-02"
    assert payment_words.about(AboutPayment(ticket="CSQ-01-1-000001-3"), short=True) == "CSQ-01-1-000001-3"
    assert payment_words.about(AboutPayment()) == ""
