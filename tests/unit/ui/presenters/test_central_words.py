from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.errors import Reason, Refusal
from counter_app.texts import Texts
from counter_app.wire.messages import Refused
from ui.presenters.central_words import REFUSED_WORDS, STOP_WORDS, refused_words, stop_words
from ui.presenters.refusals import explain

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "i18n"


@pytest.fixture(params=["en", "zh"])
def t(request: pytest.FixtureRequest) -> Texts:
    return Texts(FOLDER, request.param)


def test_every_refusal_of_central_has_words() -> None:
    """A clerk never reads ``clock_off``: each code that central may answer with stands in the table."""
    assert set(REFUSED_WORDS) == {code.value for code in Refused} | {"bad_answer", "bad_certificate"}


@pytest.mark.parametrize("reason", [Reason.CENTRAL_REFUSED, Reason.ENROLMENT_REFUSED])
def test_what_central_said_stands_in_the_notice(reason: Reason, t: Texts) -> None:
    """The clerk reads why central said no, in her language."""
    notice = explain(Refusal(reason, code="clock_off", detail="x"), t)
    assert t(REFUSED_WORDS["clock_off"]) in notice.what_happened
    assert "clock_off" not in notice.body()


def test_why_selling_is_stopped_stands_in_the_notice(t: Texts) -> None:
    """A stopped window says why, so that the right person is called."""
    notice = explain(Refusal(Reason.SELLING_STOPPED, code="outdated"), t)
    assert t(STOP_WORDS["outdated"]) in notice.what_happened
    assert notice.mood == "bad"


def test_a_code_of_a_newer_central_is_shown_as_it_is(t: Texts) -> None:
    """A newer central may name reasons that this program does not know: shown, not swallowed."""
    assert refused_words("quota_over", t) == "quota over"
    assert stop_words("audit_hold", t) == "audit hold"
