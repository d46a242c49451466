"""Strict reading of a layout's tables: every key is taken once, what nobody took is refused with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from counter_app.errors import Refusal
from printers.layout.source import Path, Source

Form = Literal["wide", "narrow"]  # from 500 dots on, and below
FORMS: Final[tuple[Form, ...]] = ("wide", "narrow")
PAPER_LANGUAGES: Final = ("zh", "en", "both")
TEXT_MAX: Final = 300
WIDE_FROM: Final = 500
WIDTHS: Final[dict[Form, int]] = {"wide": 512, "narrow": 384}  # the narrowest paper of each form


@dataclass(frozen=True, slots=True)
class Variant:
    """Of one file: for which paper it is read."""

    form: Form
    language: str


def form_of(width: int) -> Form:
    return "wide" if width >= WIDE_FROM else "narrow"


class Table:
    """A table of the file as ``variant`` sees it: ``{ wide = 10, narrow = 4 }`` is one of the two."""

    def __init__(self, values: dict[str, Any], source: Source, path: Path, variant: Variant) -> None:
        self._values = dict(values)
        self._known: set[str] = set()
        self.source = source
        self.path = path
        self.variant = variant

    def refusal(self, code: str, key: str = "", detail: str = "", **facts: str | int) -> Refusal:
        return self.source.refusal((*self.path, key) if key else self.path, code, detail or key, **facts)

    def _wrong(self, key: str, wanted: str) -> Refusal:
        return self.refusal("wrong_value", key, key, wanted=wanted)

    def has(self, key: str) -> bool:
        return key in self._values

    def take(self, key: str) -> Any:
        if key not in self._values:
            raise self.refusal("missing_key", "", key)
        value = self._values.pop(key)
        if isinstance(value, dict) and value and value.keys() <= set(FORMS):
            if self.variant.form not in value:
                raise self.refusal("missing_key", key, f"{key}.{self.variant.form}")
            value = value[self.variant.form]
        return value

    def maybe(self, key: str) -> Any:
        return self.take(key) if self.has(key) else None

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if type(value) is not int or not low <= value <= high:
            raise self._wrong(key, f"{low} … {high}")
        return value

    def numbers(self, key: str, low: int, high: int, count_max: int) -> tuple[int, ...]:
        """One number, or a list of them."""
        value = self.take(key)
        many = value if isinstance(value, list) else [value]
        if not 0 < len(many) <= count_max or any(type(one) is not int or not low <= one <= high for one in many):
            raise self._wrong(key, f"{low} … {high}")
        return tuple(many)

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.take(key) if self.has(key) else default
        if type(value) is not bool:
            raise self._wrong(key, "true, false")
        return value

    def word(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if not isinstance(value, str) or value not in allowed:
            raise self._wrong(key, ", ".join(allowed))
        return value

    def words(self, key: str, allowed: Sequence[str] | None = None) -> tuple[str, ...]:
        """Missing: none. One word, or a list of them."""
        if not self.has(key):
            return ()
        value = self.take(key)
        many = [value] if isinstance(value, str) else value
        if not isinstance(many, list) or len(many) > 30 or not all(isinstance(one, str) for one in many):
            raise self._wrong(key, ", ".join(allowed or ("…",)))
        for one in many:
            if allowed is not None and one not in allowed:
                raise self._wrong(key, ", ".join(allowed))
        return tuple(many)

    def text(self, key: str) -> str:
        """One text for all languages, or ``{ zh = "…", en = "…" }``; ``both`` is both of them where it is not given."""
        found = self._in_language(key, self.take(key))
        if not isinstance(found, str) or not 0 < len(found) <= TEXT_MAX:
            raise self._wrong(key, f"1 … {TEXT_MAX}")
        return found

    def texts(self, key: str, count_max: int) -> tuple[str, ...]:
        """Missing: none. A list of lines; in ``both`` the Chinese ones, then the English ones."""
        if not self.has(key):
            return ()
        value = self.take(key)
        if isinstance(value, dict):
            self._languages(key, value)
            wanted = ("zh", "en") if self.variant.language == "both" else (self.variant.language,)
            value = [line for language in wanted for line in value[language]]
        if not isinstance(value, list) or len(value) > count_max:
            raise self._wrong(key, f"0 … {count_max}")
        if any(not isinstance(line, str) or len(line) > TEXT_MAX for line in value):
            raise self._wrong(key, f"1 … {TEXT_MAX}")
        return tuple(value)

    def _languages(self, key: str, value: dict[str, Any]) -> None:
        for language in value:
            if language not in PAPER_LANGUAGES:
                raise self.source.refusal((*self.path, key, language), "unknown_key", language)
        for language in ("zh", "en"):
            if language not in value:
                raise self.refusal("missing_key", key, f"{key}.{language}")

    def _in_language(self, key: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        self._languages(key, value)
        if self.variant.language != "both":
            return value[self.variant.language]
        if "both" in value:
            return value["both"]
        if not all(isinstance(words, str) for words in value.values()):
            return None
        return value["zh"] if value["zh"] == value["en"] else f"{value['zh']} {value['en']}"

    def table(self, key: str) -> Table:
        """Missing: an empty one."""
        value = self._values.pop(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, "[…]")
        return Table(value, self.source, (*self.path, key), self.variant)

    def subtables(self) -> dict[str, dict[str, Any]]:
        """All of them, by name."""
        for key, value in self._values.items():
            if not isinstance(value, dict):
                raise self._wrong(key, f"[…{key}]")
        found, self._values = dict(self._values), {}
        return found

    def tables(self, key: str, count_max: int) -> list[Table]:
        """Missing: none."""
        value = self._values.pop(key, [])
        if not isinstance(value, list) or len(value) > count_max or not all(isinstance(one, dict) for one in value):
            raise self._wrong(key, f"[[{key}]] 0 … {count_max}")
        return [Table(one, self.source, (*self.path, key, at), self.variant) for at, one in enumerate(value)]

    def names(self) -> tuple[str, ...]:
        """Of what nobody took yet."""
        return tuple(self._values)

    def done(self) -> None:
        for key in self._values:
            raise self.refusal("unknown_key", key)
