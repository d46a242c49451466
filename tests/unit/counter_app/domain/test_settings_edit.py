"""A printer written into the settings: the operator's own lines and comments are his, and stay."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.settings import default_text, parse_settings
from counter_app.domain.settings_edit import with_section, without_section
from counter_app.errors import Reason, Refusal

TEXT = """\
# My window. Do not touch!

[printer]
url = "virtual:"   # until the new one comes
profile = 'thermal-80'

[window]  # ours
language = "zh"
"""


def test_only_the_named_values_change() -> None:
    """The operator's notes vanish from his file, or a value beside is lost."""
    changed = with_section(TEXT, ("printer",), {"url": "tcp://10.0.0.5:9100", "drawer": True})
    assert changed == TEXT.replace('"virtual:" ', '"tcp://10.0.0.5:9100" ').replace(
        "'thermal-80'\n", "'thermal-80'\ndrawer = true\n"
    )


def test_a_new_section_stands_with_its_family_and_can_be_taken_out_again() -> None:
    """A printer stands somewhere at random, or taking it out leaves the file another one."""
    made = with_section(TEXT, ("printer", "report"), {"url": "cups:office", "profile": "thermal-80"})
    assert made.index("[printer.report]") < made.index("[window]")
    assert parse_settings(made).printers["report"].url == "cups:office"
    assert tomllib.loads(without_section(made, ("printer", "report"))) == tomllib.loads(TEXT)
    assert "# My window" in without_section(made, ("printer", "report"))


def test_lines_end_as_they_did() -> None:
    """An editor of another system shows one endless line."""
    changed = with_section(TEXT.replace("\n", "\r\n"), ("printer",), {"url": "virtual:"})
    assert changed.count("\r\n") == changed.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        'note = """\n[printer]\nurl = "x"\n"""\n',  # what looks like a section is a text
        'printer = { url = "virtual:" }\n',  # inline
        'printer.url = "virtual:"\n',  # dotted
        '[printer]\nurl = """virt\nual:"""\n',  # a value over two lines
        "[printer\n",  # no TOML at all
    ],
)
def test_what_lines_cannot_tell_is_left_to_a_person(text: str) -> None:
    """Half a value is replaced, and the window does not start in the morning."""
    with pytest.raises(Refusal) as refused:
        with_section(text, ("printer",), {"url": "tcp://a:9100"})
    assert refused.value.reason is Reason.BAD_SETTING


@given(st.text(min_size=1, max_size=60))
def test_any_value_comes_back_or_is_refused(value: str) -> None:
    """A quote in an address ends the text, and another setting begins."""
    try:
        changed = with_section(default_text("virtual:"), ("printer",), {"profile": value})
    except Refusal:
        assert any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in value) or max(value) >= "\ud800"
    else:
        assert tomllib.loads(changed)["printer"]["profile"] == value
