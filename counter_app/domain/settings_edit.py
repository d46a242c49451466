"""Changes one section of the operator's settings file and leaves every other line, comments included, as it was.

The text is edited line by line, and then both texts are parsed: the change is given back only if the new document is
the old one with exactly that section changed. What cannot be edited so is refused, for a person to edit.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Final

from counter_app.errors import Reason, Refusal

Value = str | int | bool | Sequence[str]
_KEY: Final = re.compile(r"^[A-Za-z0-9_-]{1,60}$")
_HEADER: Final = re.compile(r"^\s*\[\s*(?P<path>[^\[\]#]+?)\s*\]\s*(?:#.*)?$")
_ANY_HEADER: Final = re.compile(r"^\s*\[")
_COMMENT: Final = re.compile(r"""^(?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*')*?(?P<rest>\s*(?:\#.*)?)$""")


def with_section(text: str, path: Sequence[str], values: Mapping[str, Value]) -> str:
    """``path``: ``("printer",)`` or ``("printer", "receipt")``; the section is made at the end where there is none.

    Keys that ``values`` does not name stay as they are. Raises Refusal(BAD_SETTING).
    """
    assert all(_KEY.match(part) for part in (*path, *values))
    before = _document(text)
    lines, end = text.splitlines(), _line_end(text)
    place = _section(lines, path)
    if place is None:
        at = _room_for(lines, path)
        made = [f"[{'.'.join(path)}]", *(f"{key} = {_literal(value)}" for key, value in values.items())]
        if at and lines[at - 1].strip():
            made.insert(0, "")
        if at < len(lines) and lines[at].strip():
            made.append("")
        lines[at:at] = made
    else:
        start, stop = place
        for key, value in values.items():
            stop += _put(lines, start, stop, key, value)
    changed = end.join(lines) + end
    _assert_only(before, changed, path, dict(values))
    return changed


def without_section(text: str, path: Sequence[str]) -> str:
    """Comments that stand right above the next section stay with it. Raises Refusal(BAD_SETTING)."""
    before = _document(text)
    lines, end = text.splitlines(), _line_end(text)
    place = _section(lines, path)
    if place is None:
        return text
    start, stop = place
    last = _last_of(lines, start, stop)
    while last + 1 < stop and not lines[last + 1].strip():
        last += 1
    del lines[start : last + 1]
    changed = end.join(lines) + end if lines else ""
    _assert_only(before, changed, path, None)
    return changed


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _document(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of 5,000 digits and nesting are no TOMLDecodeError
        raise Refusal(Reason.BAD_SETTING, key="", detail=str(error)) from error


def _section(lines: Sequence[str], path: Sequence[str]) -> tuple[int, int] | None:
    """From its heading to the line before the next one."""
    for start, line in enumerate(lines):
        found = _HEADER.match(line)
        if found and _parts(found) == tuple(path):
            stop = next((n for n in range(start + 1, len(lines)) if _ANY_HEADER.match(lines[n])), len(lines))
            return start, stop
    return None


def _room_for(lines: Sequence[str], path: Sequence[str]) -> int:
    """After the last section of the same family, else at the end; blank lines stay below."""
    families = [n for n, line in enumerate(lines) if (found := _HEADER.match(line)) and _parts(found)[0] == path[0]]
    stop = len(lines)
    if families:
        stop = next((n for n in range(families[-1] + 1, stop) if _ANY_HEADER.match(lines[n])), stop)
    while stop and not lines[stop - 1].strip():
        stop -= 1
    return stop


def _parts(header: re.Match[str]) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in header["path"].split("."))


def _last_of(lines: Sequence[str], start: int, stop: int) -> int:
    """The last line of a section that says something."""
    spoken = (n for n in range(start, stop) if lines[n].strip() and not lines[n].lstrip().startswith("#"))
    return max(spoken, default=start)


def _put(lines: list[str], start: int, stop: int, key: str, value: Value) -> int:
    """How many lines were added."""
    wanted = re.compile(rf"^(?P<head>\s*{re.escape(key)}\s*=\s*)(?P<value>.*)$")
    for number in range(start + 1, stop):
        found = wanted.match(lines[number])
        if found:
            rest = _COMMENT.match(found["value"])
            comment = rest["rest"] if rest and "#" in rest["rest"] else ""
            lines[number] = f"{found['head']}{_literal(value)}{comment}"
            return 0
    lines.insert(_last_of(lines, start, stop) + 1, f"{key} = {_literal(value)}")
    return 1


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        if any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in value):
            raise Refusal(Reason.BAD_SETTING, key="", detail="control characters")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "[" + ", ".join(_literal(one) for one in value) + "]"


def _assert_only(
    before: dict[str, object], changed: str, path: Sequence[str], values: Mapping[str, Value] | None
) -> None:
    """The world's file, not our mistake: somebody wrote it in a way that lines cannot be told from each other."""
    wanted: dict[str, object] = before
    parents: list[dict[str, object]] = [wanted]
    for part in path[:-1]:
        inner = wanted.setdefault(part, {})
        if not isinstance(inner, dict):
            raise Refusal(Reason.BAD_SETTING, key=".".join(path), detail="not a section")
        wanted = inner
        parents.append(wanted)
    if values is None:
        wanted.pop(path[-1], None)
        for depth in range(len(path) - 1, 0, -1):  # a section that only its inner ones made is gone with them
            if not parents[depth]:
                parents[depth - 1].pop(path[depth - 1], None)
    else:
        inner = wanted.setdefault(path[-1], {})
        if not isinstance(inner, dict):
            raise Refusal(Reason.BAD_SETTING, key=".".join(path), detail="not a section")
        inner.update({
            key: list(value) if not isinstance(value, str | int) else value for key, value in values.items()
        })  # fmt: skip
    if _document(changed) != before:
        raise Refusal(Reason.BAD_SETTING, key=".".join(path), detail="written so that only a person can change it")
