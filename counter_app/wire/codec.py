"""One strict parser for every message between counter and central, and the description that is generated from it.

A message is a frozen dataclass. Its fields' types say what is allowed, ``Annotated`` bounds say how much: nothing
without a bound crosses the line. Unknown fields are refused, except where a message says ``TOLERANT = True``: those
keep working when the other end is newer (and central keeps a journal entry's raw bytes whole in any case).

In JSON: UUID and date and instant as text (instants as ``domain.journal.timestamp`` writes them), bytes as base64.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
import json
import re
import types
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from counter_app.domain.journal import INTEGER_LIMIT, Json, parse_timestamp, timestamp

BODY_BYTES_MAX: Final = 16 << 20
TEXT_MAX: Final = 200  # characters of a text without a bound of its own
LIST_MAX: Final = 2_000  # items of a list without one

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Size:
    """Least and most: characters of a text, bytes of bytes, items of a list, the value of a number."""

    low: int
    high: int


LIST: Final = Size(0, LIST_MAX)


@dataclass(frozen=True, slots=True)
class Free:
    """Any canonical JSON object of at most so many bytes: what a catalogue of messages cannot know."""

    bytes_max: int


class BadMessage(ValueError):  # noqa: N818 - the message is bad, not the program
    """``where`` is the path to the field (``entries[3].raw``), ``problem`` a stable code."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where or 'message'}: {problem}")


def decode(kind: type[M], body: bytes) -> M:
    """Bytes into a message. Raises ``BadMessage``: not_json, too_large, missing, unknown_field, wrong_type,

    out_of_bounds, bad_value.
    """
    if len(body) > BODY_BYTES_MAX:
        raise BadMessage("", "too_large")
    try:
        # Bytes would let UTF-16, UTF-32 and halves of surrogate pairs through.
        text = body.decode()
        value = _PARSER.decode(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage("", "not_json") from error
    return read(kind, value)


def read(kind: type[M], value: object, where: str = "") -> M:
    """As ``decode``, from a parsed value."""
    try:
        made: M = _message(kind, value)
    except BadMessage as bad:
        if not where:
            raise
        raise BadMessage(_join(where, bad.where), bad.problem) from bad
    return made


def encode(message: object) -> bytes:
    """Compact JSON. A field that holds its default is left out."""
    return _WRITER.encode(plain(message)).encode()


def plain(message: object) -> dict[str, Json]:
    """The message as JSON values."""
    kind: Any = type(message)
    made: dict[str, Json] = {}
    for name, default in _defaults(kind):
        value = getattr(message, name)
        if value is default or (default is not None and default is not MISSING and value == default):
            continue
        kind = type(value)
        made[name] = (_PLAIN.get(kind) or _learned(kind))(value)
    return made


@functools.cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Each field with what it holds when nobody says more; ``MISSING``: somebody has to."""
    assert dataclasses.is_dataclass(kind), kind
    return tuple(
        (one.name, one.default if one.default_factory is MISSING else one.default_factory())
        for one in dataclasses.fields(kind)
    )


def _plain(value: object) -> Json:
    kind = type(value)
    return (_PLAIN.get(kind) or _learned(kind))(value)


def _learned(kind: type) -> Callable[[Any], Json]:
    """How values of a type are written that was not met before."""
    if issubclass(kind, StrEnum):
        made: Callable[[Any], Json] = str.__str__  # its value, as a plain text
    elif issubclass(kind, bool | int | str):
        made = _same
    else:
        made = next((write for known, write in [*_PLAIN.items()] if issubclass(kind, known)), plain)
    _PLAIN[kind] = made
    return made


def _same(value: Any) -> Json:
    plain_already: Json = value
    return plain_already


def _join(outer: str, inner: str) -> str:
    """The path to a field inside another one."""
    return f"{outer}.{inner}" if inner and not inner.startswith("[") else outer + inner


def _no_float(text: str) -> Json:
    raise ValueError(text)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made


_PARSER: Final = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_no_twins)
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PLAIN: Final[dict[type, Callable[[Any], Json]]] = {  # grows by the types that messages are made of
    type(None): _same,
    str: _same,
    int: _same,
    bool: _same,
    UUID: str,
    bytes: lambda value: base64.b64encode(value).decode(),
    datetime: timestamp,  # before date, of which it is one
    date: date.isoformat,
    tuple: lambda value: [_plain(item) for item in value],
    list: lambda value: [_plain(item) for item in value],
    dict: lambda value: {str(key): _plain(item) for key, item in value.items()},
}


# ---- readers by type ------------------------------------------------------------------------------------------
# A reader gets the value alone and knows its bounds. Where it stands is put together only when something is wrong.

_Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Fields:
    readers: tuple[tuple[str, _Reader, bool], ...]  # name, reader, whether it must be there
    names: frozenset[str]
    tolerant: bool


@functools.cache
def _fields(kind: Any) -> _Fields:
    hints = get_type_hints(kind, include_extras=True)
    readers = tuple(
        (one.name, _reader(hints[one.name]), one.default is MISSING and one.default_factory is MISSING)
        for one in dataclasses.fields(kind)
    )
    return _Fields(readers, frozenset(name for name, _, _ in readers), bool(getattr(kind, "TOLERANT", False)))


def _split(hint: Any) -> tuple[Any, Any]:
    """The bare type and its bound."""
    if get_origin(hint) is Annotated:
        bare, *extras = get_args(hint)
        return bare, next((one for one in extras if isinstance(one, Size | Free)), None)
    return hint, None


def _reader(hint: Any) -> _Reader:
    bare, bound = _split(hint)
    origin = get_origin(bare)
    if origin in {Union, types.UnionType}:
        inner = [one for one in get_args(bare) if one is not type(None)]
        assert len(inner) == 1, hint
        reader = _reader(Annotated[inner[0], bound] if bound else inner[0])
        return lambda value: None if value is None else reader(value)
    if origin is tuple:
        return functools.partial(_list, _reader(get_args(bare)[0]), bound or LIST)
    if origin is dict and isinstance(bound, Free):
        return functools.partial(_free, bound.bytes_max)
    if origin is dict:
        assert isinstance(bound, Size), f"{hint}: a map needs a bound"
        return functools.partial(_map, _reader(get_args(bare)[1]), bound)
    if dataclasses.is_dataclass(bare):
        return functools.partial(_message, bare)
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return functools.partial(_word, bare)
    if bare is bool:
        return _flag
    return functools.partial(_SCALARS[bare], bound or _BOUNDS[bare])


def _message(kind: Any, value: object) -> Any:
    if not isinstance(value, dict):
        raise BadMessage("", "wrong_type")
    fields = _fields(kind)
    if not fields.tolerant and not fields.names.issuperset(value):
        unknown = next(name for name in value if name not in fields.names)
        raise BadMessage(str(unknown)[:40], "unknown_field")
    found = {}
    name = ""
    try:
        for name, reader, required in fields.readers:
            if name in value:
                found[name] = reader(value[name])
            elif required:
                raise BadMessage("", "missing")  # noqa: TRY301 - it gets its path where the others do
    except BadMessage as bad:
        raise BadMessage(_join(name, bad.where), bad.problem) from bad
    try:
        return kind(**found)
    except (AssertionError, ValueError) as error:
        raise BadMessage("", "bad_value") from error


def _list(reader: _Reader, bound: Size, value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise BadMessage("", "wrong_type")
    _within(len(value), bound)
    made: list[object] = []
    try:
        for item in value:
            made.append(reader(item))  # noqa: PERF401 - how far it came is where it went wrong
    except BadMessage as bad:
        raise BadMessage(_join(f"[{len(made)}]", bad.where), bad.problem) from bad
    return tuple(made)


def _map(reader: _Reader, bound: Size, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadMessage("", "wrong_type")
    _within(len(value), bound)
    made: dict[str, object] = {}
    for key, item in value.items():
        name = _text(_BOUNDS[str], key)
        try:
            made[name] = reader(item)
        except BadMessage as bad:
            raise BadMessage(_join(name, bad.where), bad.problem) from bad
    return made


def _free(bytes_max: int, value: object) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise BadMessage("", "wrong_type")
    if len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")) > bytes_max:
        raise BadMessage("", "out_of_bounds")
    return value


def _word(kind: type[StrEnum], value: object) -> StrEnum:
    text = _text(_BOUNDS[str], value)
    try:
        return kind(text)
    except ValueError as error:
        raise BadMessage("", "bad_value") from error


def _within(size: int, bound: Size) -> None:
    if not bound.low <= size <= bound.high:
        raise BadMessage("", "out_of_bounds")


def _text(bound: Size, value: object) -> str:
    if not isinstance(value, str):
        raise BadMessage("", "wrong_type")
    if not bound.low <= len(value) <= bound.high:
        raise BadMessage("", "out_of_bounds")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:  # half a surrogate pair
            raise BadMessage("", "bad_value") from error
    if "\x00" in value:  # PostgreSQL keeps no such text
        raise BadMessage("", "bad_value")
    return value


def _number(bound: Size, value: object) -> int:
    if type(value) is not int:
        raise BadMessage("", "wrong_type")
    if not bound.low <= value <= bound.high:
        raise BadMessage("", "out_of_bounds")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadMessage("", "wrong_type")
    return value


def _bytes(bound: Size, value: object) -> bytes:
    if not isinstance(value, str):
        raise BadMessage("", "wrong_type")
    try:
        made = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadMessage("", "bad_value") from error
    _within(len(made), bound)
    return made


def _uuid(bound: Size, value: object) -> UUID:
    if type(value) is not str or _UUID.fullmatch(value) is None:  # one spelling only
        _text(bound, value)
        raise BadMessage("", "bad_value")
    return UUID(int=int(value.replace("-", ""), 16))


def _date(bound: Size, value: object) -> date:
    text = _text(bound, value)
    try:
        made = date.fromisoformat(text)
    except ValueError as error:
        raise BadMessage("", "bad_value") from error
    if made.isoformat() != text:
        raise BadMessage("", "bad_value")
    return made


def _instant(bound: Size, value: object) -> datetime:
    text = _text(bound, value)
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise BadMessage("", "bad_value") from error


_UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SCALARS: Final[dict[Any, Any]] = {
    str: _text,
    int: _number,
    bytes: _bytes,
    UUID: _uuid,
    date: _date,
    datetime: _instant,
}
_BOUNDS: Final[dict[Any, Size]] = {
    **{kind: Size(0, TEXT_MAX) for kind in (str, bytes, UUID, date, datetime)},
    int: Size(0, INTEGER_LIMIT - 1),
}


# ---- the description (OpenAPI 3.1 component schemas) -------------------------------------------------------------


def schema_of(kind: type) -> dict[str, Any]:
    """JSON Schema of a message; nested messages as ``#/components/schemas/<name>``."""
    hints = get_type_hints(kind, include_extras=True)
    required = [
        one.name for one in dataclasses.fields(kind) if one.default is MISSING and one.default_factory is MISSING
    ]
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "properties": {one.name: _schema(hints[one.name]) for one in dataclasses.fields(kind)},
        "required": required,
        "additionalProperties": bool(getattr(kind, "TOLERANT", False)),
    }


def nested(kind: type) -> set[type]:
    """The message and every message inside it."""
    found = {kind}
    for hint in get_type_hints(kind, include_extras=True).values():
        for inner in _messages_in(hint):
            if inner not in found:
                found |= nested(inner)
    return found


def _messages_in(hint: Any) -> list[type]:
    bare, _ = _split(hint)
    if dataclasses.is_dataclass(bare) and isinstance(bare, type):
        return [bare]
    return [kind for inner in get_args(bare) for kind in _messages_in(inner)]


def _schema(hint: Any) -> dict[str, Any]:
    bare, bound = _split(hint)
    origin = get_origin(bare)
    if origin in {Union, types.UnionType}:
        (inner,) = (one for one in get_args(bare) if one is not type(None))
        return {"anyOf": [_schema(Annotated[inner, bound] if bound else inner), {"type": "null"}]}
    if origin is tuple:
        bound = bound or LIST
        return {
            "type": "array",
            "items": _schema(get_args(bare)[0]),
            "minItems": bound.low,
            "maxItems": bound.high,
        }
    if origin is dict:
        inner_schema = {} if isinstance(bound, Free) else {"additionalProperties": _schema(get_args(bare)[1])}
        return {"type": "object", **inner_schema}
    if dataclasses.is_dataclass(bare) and isinstance(bare, type):
        return {"$ref": f"#/components/schemas/{bare.__name__}"}
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return {"type": "string", "enum": [one.value for one in bare]}
    return _scalar_schema(bare, bound)


def _scalar_schema(bare: Any, bound: Size | None) -> dict[str, Any]:
    if bare is bool:
        return {"type": "boolean"}
    if bare is int:
        low, high = (bound.low, bound.high) if bound else (0, INTEGER_LIMIT - 1)
        return {"type": "integer", "minimum": low, "maximum": high}
    if bare is bytes:
        return _base64_schema(bound or Size(0, TEXT_MAX))
    if bare is UUID:
        return {"type": "string", "format": "uuid"}
    if bare is datetime:
        return {"type": "string", "format": "date-time", "description": "UTC, milliseconds: 2026-12-01T01:02:03.004Z"}
    if bare is date:
        return {"type": "string", "format": "date"}
    low, high = (bound.low, bound.high) if bound else (0, TEXT_MAX)
    return {"type": "string", "minLength": low, "maxLength": high, "pattern": "^[^\\x00]*$"}


def _base64_schema(bound: Size) -> dict[str, Any]:
    """With padding, as RFC 4648 has it; of exactly so many bytes where the bound says so."""
    symbol = "[A-Za-z0-9+/]"
    pattern = f"^({symbol}{{4}})*({symbol}{{2}}==|{symbol}{{3}}=)?$"
    if bound.low == bound.high:
        padding = -bound.high % 3
        pattern = f"^{symbol}{{{-(-bound.high // 3) * 4 - padding}}}{'=' * padding}$"
    return {
        "type": "string",
        "contentEncoding": "base64",
        "pattern": pattern,
        "minLength": -(-bound.low // 3) * 4,
        "maxLength": -(-bound.high // 3) * 4,
    }
