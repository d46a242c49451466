"""Texts with fields: ``{service}``, ``{class.en}``, ``{berth|Seat}`` with a word for where there is none.

``[ · {clerk}]`` is left out where its field is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

Lookup = Callable[[str, str], str]  # field, language ("": the paper's) -> value, "" where there is none

_TOKEN: Final = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{([^{}\[\]]*)\}|[\[\]{}]|[^\[\]{}]+")
_NAME: Final = re.compile(r"^([a-z][a-z0-9_]*)(?:\.(zh|en))?(?:\|(.*))?$", re.DOTALL)


class BadTemplate(Exception):  # noqa: N818 - becomes a Refusal where the line is known
    """``code`` and ``detail`` as in ``source.refusal``."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    language: str  # "": the paper's
    otherwise: str = ""  # said where it is empty

    def value(self, lookup: Lookup) -> str:
        return lookup(self.name, self.language) or self.otherwise


@dataclass(frozen=True, slots=True)
class Group:
    """Left out as a whole where one of its fields is empty."""

    pieces: tuple[str | Field, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Empty where a field outside of brackets is empty: a line without its value is no line."""

    pieces: tuple[str | Field | Group, ...]

    def fill(self, lookup: Lookup) -> str:
        said: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, Group):
                said.append(_filled(piece.pieces, lookup) or "")
            elif isinstance(piece, str):
                said.append(piece)
            else:
                value = piece.value(lookup)
                if not value:
                    return ""
                said.append(value)
        return "".join(said).strip()

    def needed(self) -> frozenset[str]:
        """Fields without which the text is not drawn."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Field) and not piece.otherwise)

    def groups(self) -> Iterator[frozenset[str]]:
        """What is left out together; a field with another word for it may be missing by itself."""
        for piece in self.pieces:
            if isinstance(piece, Group):
                yield frozenset(one.name for one in piece.pieces if isinstance(one, Field))
            elif isinstance(piece, Field) and piece.otherwise:
                yield frozenset({piece.name})


def _filled(pieces: tuple[str | Field, ...], lookup: Lookup) -> str | None:
    said: list[str] = []
    for piece in pieces:
        value = piece if isinstance(piece, str) else piece.value(lookup)
        if not value:
            return None
        said.append(value)
    return "".join(said)


def parse_template(text: str, fields: Collection[str]) -> Template:
    """Raises BadTemplate."""
    pieces: list[str | Field | Group] = []
    group: list[str | Field] | None = None
    for token in _TOKEN.finditer(text):
        word = token[0]
        piece: str | Field
        if word in {"{{", "}}", "[[", "]]"}:
            piece = word[0]
        elif token[1] is not None:
            found = _NAME.fullmatch(token[1].strip())
            if found is None or found[1] not in fields:
                raise BadTemplate("unknown_field", token[1].strip())
            piece = Field(found[1], found[2] or "", found[3] or "")
        elif word == "[":
            if group is not None:
                raise BadTemplate("brackets", text)
            group = []
            continue
        elif word == "]":
            if group is None or not any(isinstance(one, Field) for one in group):
                raise BadTemplate("brackets", text)
            pieces.append(Group(tuple(group)))
            group = None
            continue
        elif word in "{}":
            raise BadTemplate("brackets", text)
        else:
            piece = word
        (pieces if group is None else group).append(piece)
    if group is not None:
        raise BadTemplate("brackets", text)
    return Template(tuple(pieces))
