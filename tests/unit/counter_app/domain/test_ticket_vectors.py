"""The published vectors: a stranger's verifier that agrees with them agrees with ours."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from counter_app.application.verify_ticket import VerifyTicket
from counter_app.domain.trust import BadTrust, parse_bundle
from counter_app.domain.trust_statement import follows, reached_from
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from tests.golden.ticket_vectors import BUNDLE, FIRST, FOLDER, OLDER, SECOND, STRANGER, files

WORDS = {
    Reason.BAD_CODE: "not_a_code",
    Reason.UNKNOWN_KEY: "unknown_key",
    Reason.FORGED_CODE: "forged",
    Reason.KEY_REVOKED: "revoked",
    Reason.KEY_EXPIRED: "key_expired",
    Reason.CODE_EXPIRED: "expired",
}
CODES = json.loads((FOLDER / "codes.json").read_bytes())


def test_the_files_are_what_this_program_makes() -> None:
    """Strangers would build against a format that we do not write any more."""
    made = files()
    assert sorted(made) == sorted(path.name for path in FOLDER.glob("*.json"))
    for name, content in made.items():
        assert (FOLDER / name).read_bytes() == content, name


@pytest.mark.parametrize("case", CODES, ids=[one["name"] for one in CODES])
def test_each_code_gets_its_verdict(case: dict[str, str]) -> None:
    check = VerifyTicket(parse_bundle((FOLDER / "trust.json").read_bytes(), verify), verify)
    try:
        found = check(case["text"], at=datetime.fromisoformat(case["at"]))
        said = "not_yet_valid" if found.not_yet else "genuine"
    except Refusal as refusal:
        said = WORDS[refusal.reason]
    assert said == case["expect"]


REFUSED = json.loads((FOLDER / "trust-to-refuse.json").read_bytes())


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_altered_bundle_is_refused_as_a_whole(name: str) -> None:
    """Somebody on the way to the gate takes the thief's key off the list."""
    with pytest.raises(BadTrust):
        parse_bundle(json.dumps(REFUSED[name]).encode(), verify)


def test_the_first_format_is_still_read() -> None:
    bundle = parse_bundle((FOLDER / "trust-first-format.json").read_bytes(), verify)
    assert bundle.statement is None
    assert len(bundle.certificates) == 3


def test_who_trusts_the_old_operator_key_follows_to_the_new_one_and_not_back() -> None:
    """The thief of an operator's old key would speak to gates that have the new one."""
    new, old = BUNDLE.statement, OLDER.statement
    assert new is not None
    assert old is not None
    assert reached_from(new, FIRST.public)
    assert reached_from(new, SECOND.public)
    assert not reached_from(new, STRANGER.public)
    assert not reached_from(old, SECOND.public)
    assert follows(new, old)
    assert follows(new, new)
    assert not follows(old, new), "last year's bundle without this year's revocations"
