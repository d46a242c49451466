"""What the demonstration's customers pay with: made once, and told at each start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from central.commandparser import add_central_arguments
from counter_app.errors import Reason, Refusal
from ui.commandline.demo_funds import CODES_FILE, COMPANY, MEMBER, issue_funds, tell_funds
from ui.commandline.parser import build_parser

CODES = ["ABCD-EFGH-JKMN-PQRS", "2222-3333-4444-5555"]


class Central:
    """Takes what its real grammar takes, and knows who is there already."""

    def __init__(self, *, there: bool = False, refused: Reason | None = None) -> None:
        self.there = there
        self.refused = refused
        self.done: list[str] = []

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        args = build_parser(None, add_central_arguments).parse_args(["central", *arguments])
        assert args.json
        assert stdin.endswith("\n")
        if self.refused is not None:
            raise Refusal(self.refused)
        if self.there and args.act == "add":
            raise Refusal(Reason.BAD_INPUT, field="card")
        self.done.append(f"{arguments[0]} {args.act}")
        return json.dumps({"codes": CODES})


def test_the_funds_are_made_once_and_told_at_each_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lost otherwise: a newcomer who cannot find a code to type, or a new voucher at each start."""
    central = Central()
    for _start in range(2):
        issue_funds(tmp_path, tmp_path / "central", central)
        tell_funds(tmp_path)
        told = capsys.readouterr().err
        assert all(code in told for code in (*CODES, MEMBER, COMPANY))
    assert central.done == ["member add", "member give", "account add", "voucher issue"]
    assert (tmp_path / CODES_FILE).read_text("utf-8").count("voucher") == len(CODES)


def test_a_start_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    central = Central(there=True)
    issue_funds(tmp_path, tmp_path / "central", central)
    assert central.done == ["member give", "voucher issue"]


def test_a_refusal_is_not_hidden(tmp_path: Path) -> None:
    """Codes that no central knows would be told as if they were good."""
    with pytest.raises(Refusal):
        issue_funds(tmp_path, tmp_path / "central", Central(refused=Reason.BAD_CREDENTIALS))
    assert not (tmp_path / CODES_FILE).exists()
