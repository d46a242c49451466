from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.passengers import (
    check_document,
    check_name,
    cn_id_check,
    is_cn_id,
    mask_document,
    mask_name,
)
from counter_app.errors import Reason, Refusal

GOOD = "11010519491231002X"  # the example of GB 11643-1999


def test_the_standards_own_example() -> None:
    """Every customer's card would be refused."""
    assert is_cn_id(GOOD)
    assert check_document("cn_id", " 11010519491231002x ") == ("cn_id", GOOD)
    assert check_document("", GOOD) == ("cn_id", GOOD)


@given(at=st.integers(0, 17), digit=st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_found(at: int, digit: str) -> None:
    """A ticket under a wrong number lets nobody through the gate."""
    wrong = GOOD[:at] + digit + GOOD[at + 1 :]
    assert is_cn_id(wrong) == (wrong == GOOD)


@given(body=st.from_regex(r"[1-9]\d{16}", fullmatch=True), at=st.integers(0, 15))
def test_two_neighbours_changed_over_are_found(body: str, at: int) -> None:
    """The commonest typing error."""
    body = body.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")) if not body.isascii() else body
    if not body.isascii() or body[at] == body[at + 1]:
        return
    swapped = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
    assert cn_id_check(swapped) != cn_id_check(body)


@pytest.mark.parametrize("document", ["110105194912310021", "11010519491331002X", "１１０", "", "99999"])
def test_bad_resident_numbers(document: str) -> None:
    """A month 13, a wrong check digit, half a number."""
    with pytest.raises(Refusal) as refused:
        check_document("cn_id", document)
    assert refused.value.reason is Reason.BAD_DOCUMENT
    assert document == "" or document not in str(refused.value), "refusals are logged: no personal data in them"


def test_names_carry_no_control_bytes() -> None:
    """ESC p in a name would open the drawer."""
    with pytest.raises(Refusal) as refused:
        check_name("李\x1bp\x00雷", lambda _: True)
    assert refused.value.reason is Reason.NAME_NOT_PRINTABLE
    with pytest.raises(Refusal):
        check_name("李雷", lambda _: False)


@given(st.text(alphabet="0123456789ABCX", max_size=30))
def test_a_mask_hides_the_middle(document: str) -> None:
    """A bystander could read the whole number off the screen."""
    masked = mask_document(document)
    assert len(masked) == len(document)
    assert all(shown in {"*", real} for shown, real in zip(masked, document, strict=True))
    hidden = masked.count("*")
    assert hidden >= len(document) - 8
    assert hidden * 3 >= len(document)


def test_masks_as_they_are_shown() -> None:
    """The clerk recognises the customer's card by its ends."""
    assert mask_document(GOOD) == "1101**********002X"
    assert mask_document("E12345678") == "E1*****78"
    assert (mask_name("李雷"), mask_name("韩梅梅"), mask_name("Jim Green")) == ("李*", "韩*梅", "J** G****")
