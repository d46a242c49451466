"""Files that TOML's reader of the standard library does not refuse with an error of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counter_app.domain.device_settings import parse_devices
from counter_app.domain.policy import read_policy
from counter_app.domain.settings import parse_settings
from counter_app.domain.settings_edit import with_section
from counter_app.errors import Reason, Refusal


@pytest.mark.parametrize("text", ["x = " + "1" * 5000 + "\n", "x = " + "[" * 9000 + "]" * 9000 + "\n"])
@pytest.mark.parametrize(
    "read",
    [parse_settings, parse_devices, read_policy, lambda text: with_section(text, ("printer",), {"url": "virtual:"})],
)
def test_numbers_and_nesting_without_end_are_refused(read: Callable[[str], object], text: str) -> None:
    """The program would end with a traceback at its start, and nobody would know which file."""
    with pytest.raises(Refusal) as caught:
        read(text)
    assert caught.value.reason is Reason.BAD_SETTING


def test_a_printers_address_has_no_control_characters() -> None:
    """A message about it would move the cursor of the terminal that shows it."""
    with pytest.raises(Refusal, match=r"printer\.url"):
        parse_settings('[printer]\nurl = "tcp://a\\u001b[2Jb:9100"\n')
