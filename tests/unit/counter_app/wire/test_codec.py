"""One strict parser for everything that crosses the line, and the description made from the same classes."""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.journal import Json
from counter_app.wire import messages as m
from counter_app.wire.codec import BODY_BYTES_MAX, BadMessage, Free, Size, decode, encode, nested, plain, schema_of
from counter_app.wire.routes import ROUTES


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    number: Annotated[int, Size(1, 9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    text: Annotated[str, Size(1, 5)]
    number: Annotated[int, Size(-3, 3)]
    flag: bool
    data: Annotated[bytes, Size(2, 4)]
    id: UUID
    day: date
    at: datetime
    colour: Colour
    inner: Inner
    many: Annotated[tuple[Annotated[int, Size(0, 5)], ...], Size(1, 2)]
    names: Annotated[dict[str, Annotated[int, Size(0, 5)]], Size(0, 2)]
    free: Annotated[dict[str, Json], Free(40)]
    maybe: Annotated[str | None, Size(2, 3)] = None
    plain_text: str = ""
    plain_number: int = 0
    plain_list: tuple[int, ...] = ()
    inners: Annotated[tuple[Inner, ...], Size(0, 2)] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lenient:
    TOLERANT: ClassVar = True
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picky:
    low: int
    high: int

    def __post_init__(self) -> None:
        assert self.low <= self.high


SOUND: dict[str, Any] = {
    "text": "x",
    "number": -3,
    "flag": True,
    "data": "AAA=",
    "id": "019ad6f0-0000-7000-8000-000000000001",
    "day": "2026-12-01",
    "at": "2026-12-01T01:02:03.004Z",
    "colour": "red",
    "inner": {"number": 5},
    "many": [1],
    "names": {"a": 1},
    "free": {"any": [1, {"thing": None}]},
}
VALUE = Everything(
    text="x",
    number=-3,
    flag=True,
    data=b"\0\0",
    id=UUID(SOUND["id"]),
    day=date(2026, 12, 1),
    at=datetime(2026, 12, 1, 1, 2, 3, 4_000, tzinfo=UTC),
    colour=Colour.RED,
    inner=Inner(number=5),
    many=(1,),
    names={"a": 1},
    free={"any": [1, {"thing": None}]},
)


def problem(kind: type, value: object) -> tuple[str, str]:
    with pytest.raises(BadMessage) as found:
        decode(kind, json.dumps(value).encode() if not isinstance(value, bytes) else value)
    return found.value.where, found.value.problem


def test_there_and_back() -> None:
    assert decode(Everything, json.dumps(SOUND).encode()) == VALUE
    assert json.loads(encode(VALUE)) == SOUND, "what holds its default is left out"
    assert decode(Everything, encode(VALUE)) == VALUE


@pytest.mark.parametrize("name", sorted(SOUND))
def test_each_field_is_needed_and_typed(name: str) -> None:
    """A counter with half a message would be taken for one that asks for something."""
    assert problem(Everything, {key: value for key, value in SOUND.items() if key != name}) == (name, "missing")
    assert problem(Everything, {**SOUND, name: None}) == (name, "wrong_type")
    odds: tuple[object, ...] = (1, "", [], {}, True)
    for odd in odds:
        if type(odd) is not type(SOUND[name]):
            assert problem(Everything, {**SOUND, name: odd}) == (name, "wrong_type")


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [
        ("text", "", "out_of_bounds"),
        ("text", "123456", "out_of_bounds"),
        ("text", "\x00", "bad_value"),
        ("text", "\ud800", "bad_value"),
        ("number", 4, "out_of_bounds"),
        ("number", -4, "out_of_bounds"),
        ("number", True, "wrong_type"),
        ("plain_number", 2**53, "out_of_bounds"),
        ("plain_number", -1, "out_of_bounds"),
        ("plain_text", "x" * 201, "out_of_bounds"),
        ("plain_list", [0] * 2_001, "out_of_bounds"),
        ("data", "AA==", "out_of_bounds"),
        ("data", "AAAAAAA=", "out_of_bounds"),
        ("data", "AAA", "bad_value"),
        ("data", "AAA*", "bad_value"),
        ("id", "019AD6F0-0000-7000-8000-000000000001", "bad_value"),
        ("id", "019ad6f0000070008000000000000001", "bad_value"),
        ("id", "x", "bad_value"),
        ("day", "20261201", "bad_value"),
        ("day", "2026-02-30", "bad_value"),
        ("at", "2026-12-01T01:02:03Z", "bad_value"),
        ("at", "2026-12-01T01:02:03.004+00:00", "bad_value"),
        ("at", "2026-12-01T01:02:03.004", "bad_value"),
        ("at", "now", "bad_value"),
        ("colour", "blue", "bad_value"),
        ("many", [], "out_of_bounds"),
        ("many", [1, 2, 3], "out_of_bounds"),
        ("names", {"a": 1, "b": 2, "c": 3}, "out_of_bounds"),
        ("free", {"x": "y" * 40}, "out_of_bounds"),
        ("maybe", "x", "out_of_bounds"),
        ("nonsense", 1, "unknown_field"),
    ],
)
def test_bounds_and_forms(where: str, value: object, code: str) -> None:
    """Something without a bound would cross the line."""
    assert problem(Everything, {**SOUND, where: value}) == (where, code)


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [
        ("many[1]", {"many": [1, 6]}, "out_of_bounds"),
        ("many[0]", {"many": ["1"]}, "wrong_type"),
        ("names.a", {"names": {"a": 6}}, "out_of_bounds"),
        ("inner.number", {"inner": {"number": 0}}, "out_of_bounds"),
        ("inner.x", {"inner": {"number": 1, "x": 1}}, "unknown_field"),
        ("inners[1].number", {"inners": [{"number": 1}, {}]}, "missing"),
    ],
)
def test_where_it_is_wrong(where: str, value: dict[str, object], code: str) -> None:
    """Whoever writes a client would search for it."""
    assert problem(Everything, {**SOUND, **value}) == (where, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b'{"number": 1.0}',
        b'{"number": Infinity}',
        b'{"number": 1, "number": 2}',
        b"[" * 99_999,
        '{"number": 1}'.encode("utf-16"),
        '{"number": 1}'.encode("utf-32-le"),
        '{"number": 1}'.encode("utf-8-sig"),
        b'{"number": 1, "x": "\xed\xa0\x80"}',
    ],
)
def test_no_json_of_ours(body: bytes) -> None:
    assert problem(Lenient, body) == ("", "not_json")


def test_not_an_object_or_too_large() -> None:
    assert problem(Lenient, b"[]") == ("", "wrong_type")
    assert problem(Lenient, b" " * (BODY_BYTES_MAX + 1)) == ("", "too_large")


def test_tolerant_messages_leave_what_they_do_not_know() -> None:
    """A newer central could not talk to an older counter."""
    assert decode(Lenient, b'{"number": 3, "new": {"deep": [1]}}') == Lenient(number=3)


def test_a_message_that_contradicts_itself() -> None:
    assert problem(Picky, {"low": 2, "high": 1}) == ("", "bad_value")


def test_none_is_said_or_left_out() -> None:
    assert decode(Everything, json.dumps({**SOUND, "maybe": None}).encode()).maybe is None
    assert decode(Everything, json.dumps({**SOUND, "maybe": "ab"}).encode()).maybe == "ab"


RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    max_leaves=10,
)


@given(RUBBISH)
def test_nothing_but_a_refusal_comes_of_rubbish(value: object) -> None:
    """A stranger's bytes would be our own mistake."""
    for kind in (m.ClaimRequest, m.Push, m.FeedPage, Everything):
        with pytest.raises(BadMessage):
            decode(kind, json.dumps(value).encode())


# ---- the messages themselves -----------------------------------------------------------------------------------------


def all_messages() -> list[type]:
    kinds: set[type] = set(nested(m.ErrorAnswer)) | nested(m.RunStock) | nested(m.Verdict)
    for route in ROUTES:
        for kind in (route.request, route.answer):
            if kind is not None:
                kinds |= nested(kind)
    return sorted(kinds, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", all_messages())
def test_every_message_is_described(kind: type) -> None:
    """The OpenAPI description would say something else than the parser does."""
    schema = schema_of(kind)
    assert schema["description"] or kind.__name__ == "Question"
    told = {one.name for one in fields(kind)}
    assert set(schema["properties"]) == told
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}
    assert set(schema["required"]) == needed
    assert schema["additionalProperties"] is bool(getattr(kind, "TOLERANT", False))
    assert is_dataclass(kind)
    for value in schema["properties"].values():
        assert _bounded(value), value


def _bounded(schema: dict[str, Any]) -> bool:
    if "anyOf" in schema:
        return all(_bounded(one) for one in schema["anyOf"] if one != {"type": "null"})
    match schema.get("type"):
        case "string":
            return bool({"maxLength", "enum", "format"} & schema.keys())
        case "integer":
            return {"minimum", "maximum"} <= schema.keys()
        case "array":
            return "maxItems" in schema and _bounded(schema["items"])
        case _:
            return True


def test_description_of_each_kind_of_field() -> None:
    schema = schema_of(Everything)
    assert schema["properties"]["number"] == {"type": "integer", "minimum": -3, "maximum": 3}
    assert schema["properties"]["flag"] == {"type": "boolean"}
    assert schema["properties"]["colour"] == {"type": "string", "enum": ["red"]}
    assert schema["properties"]["inner"] == {"$ref": "#/components/schemas/Inner"}
    assert schema["properties"]["day"]["format"] == "date"
    assert schema["properties"]["maybe"]["anyOf"][1] == {"type": "null"}
    assert schema["properties"]["many"]["maxItems"] == 2
    assert schema["properties"]["names"]["additionalProperties"]["maximum"] == 5
    assert nested(Everything) == {Everything, Inner}


def test_plain_is_what_is_encoded() -> None:
    assert plain(VALUE) == SOUND
    assert json.loads(encode(m.Push(epoch=1, first_seq=1, entries=(m.WireEntry(raw="{}", signature=bytes(64)),)))) == {
        "epoch": 1,
        "first_seq": 1,
        "entries": [{"raw": "{}", "signature": "A" * 86 + "=="}],
    }


def test_checksum_of_stock() -> None:
    """A counter that reckons it another way would load everything again and again."""
    stock = m.RunStock(
        service_date=date(2026, 12, 1),
        run_id=UUID(int=1),
        pattern="p",
        version=3,
        taken=("f", ""),
        used={"second": (1, 2)},
    )
    assert (
        stock.reckoned()
        == m.RunStock(
            service_date=date(2026, 12, 1),
            run_id=UUID(int=1),
            pattern="other",
            version=9,
            taken=("f", ""),
            used={"second": (1, 2)},
            checksum="x",
        ).reckoned()
    )
    assert len(stock.reckoned()) == 16
    assert int(stock.reckoned(), 16) >= 0
