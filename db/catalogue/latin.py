"""How a station's name is typed on a latin keyboard: pinyin and initials, or the name without its accents."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from db.catalogue import limits
from db.catalogue.text import ascii_folded, has_han

_NOT_TYPED: Final = re.compile(r"[^a-z0-9]")


class Latin:
    """pypinyin takes a third of a second to load and is loaded only for a feed that brings no pinyin of its own."""

    def __init__(self) -> None:
        self._syllables: Callable[[str], list[str]] | None = None

    def of(self, name: str, pinyin: str, initials: str) -> tuple[str, str, str]:
        """Pinyin, initials, English. What the feed says wins; ``v`` stands for ü, as on every Chinese keyboard."""
        pinyin, initials = _typed(pinyin), _typed(initials)
        if has_han(name) and not (pinyin and initials):
            syllables = self._spell(name)
            pinyin = pinyin or "".join(syllables)
            initials = initials or "".join(syllable[0] for syllable in syllables)
        return pinyin[: limits.NAME_CHARS], initials[: limits.NAME_CHARS], ascii_folded(name)

    def _spell(self, name: str) -> list[str]:
        if self._syllables is None:
            from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - heavy, and often not needed

            self._syllables = lambda text: lazy_pinyin(text, style=Style.NORMAL, errors="ignore")
        return [typed for syllable in self._syllables(name) if (typed := _typed(syllable))]


def _typed(text: str) -> str:
    return _NOT_TYPED.sub("", text.lower().replace("ü", "v").replace("u:", "v"))
