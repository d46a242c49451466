"""Reading a policy's tables strictly: a missing, wrong or unknown key is refused by its whole name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from counter_app.errors import Reason, Refusal

LANGUAGES = ("zh", "en")
TEXT_MAX = 300


def bad(key: str, detail: str) -> Refusal:
    return Refusal(Reason.BAD_SETTING, key=key, detail=detail)


class Section:
    """A table of the file. Each key is taken once; ``refuse_leftovers`` names what nobody took."""

    def __init__(self, values: Mapping[str, object], name: str) -> None:
        self._values = dict(values)
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def _key(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _take(self, key: str) -> object:
        if key not in self._values:
            raise bad(self._key(key), "is missing")
        return self._values.pop(key)

    def has(self, key: str) -> bool:
        return key in self._values

    def section(self, key: str) -> Section:
        value = self._take(key)
        if not isinstance(value, dict):
            raise bad(self._key(key), "must be a table")
        return Section(value, self._key(key))

    def tables(self, key: str, count_max: int, *, empty: bool = False) -> list[Section]:
        if empty and key not in self._values:
            return []
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise bad(self._key(key), "must be a list of tables")
        if not 0 < len(value) <= count_max:
            raise bad(self._key(key), f"1 to {count_max} of them")
        return [Section(row, f"{self._key(key)}[{at}]") for at, row in enumerate(value)]

    def between(self, key: str, low: int, high: int) -> int:
        value = self._take(key)
        if type(value) is not int or not low <= value <= high:
            raise bad(self._key(key), f"a whole number from {low} to {high}")
        return value

    def flag(self, key: str) -> bool:
        value = self._take(key)
        if type(value) is not bool:
            raise bad(self._key(key), "true or false")
        return value

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        value = self._take(key)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise bad(self._key(key), f"must be of the form {pattern.pattern}")
        return value

    def word(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self._take(key)
        if not isinstance(value, str) or value not in allowed:
            few = ", ".join(allowed) if len(allowed) < 10 else "a known code"
            raise bad(self._key(key), few)
        return value

    def codes(self, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Missing: none."""
        value = self._values.pop(key, [])
        if not isinstance(value, list) or len(value) > 50:
            raise bad(self._key(key), "a list of codes")
        for one in value:
            if not isinstance(one, str) or not pattern.fullmatch(one):
                raise bad(self._key(key), f"each of the form {pattern.pattern}")
        return tuple(value)

    def numbers(self, key: str, pattern: re.Pattern[str], low: int, high: int) -> dict[str, int]:
        value = self._take(key)
        if not isinstance(value, dict) or not 0 < len(value) <= 50:
            raise bad(self._key(key), "a table of numbers")
        for name, number in value.items():
            if not pattern.fullmatch(name) or type(number) is not int or not low <= number <= high:
                raise bad(f"{self._key(key)}.{name}", f"a whole number from {low} to {high}")
        return dict(value)

    def lines(self, key: str, count_max: int) -> tuple[str, ...]:
        value = self._take(key)
        if not isinstance(value, list) or len(value) > count_max:
            raise bad(self._key(key), f"at most {count_max} lines")
        return tuple(_text(one, self._key(key)) for one in value)

    def text(self, key: str) -> str:
        return _text(self._take(key), self._key(key))

    def words(self, key: str) -> dict[str, str]:
        """One sentence a language: both must be there."""
        table = self.section(key)
        found = {language: table.text(language) for language in LANGUAGES}
        table.refuse_leftovers()
        return found

    def refuse_leftovers(self) -> None:
        for key in self._values:
            raise bad(self._key(key), "unknown key")


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not value or len(value) > TEXT_MAX or not value.isprintable():
        raise bad(key, f"a printable text of at most {TEXT_MAX} characters")
    return value
