"""``docs/central-protocol.md`` is what a stranger builds a client from: what it shows is checked here."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from central.request import Refusing
from counter_app.security import SigningKey
from counter_app.wire import messages as m
from counter_app.wire import signing
from counter_app.wire.routes import ROUTES

PAGE = (Path(__file__).parents[3] / "docs" / "central-protocol.md").read_text(encoding="utf-8")


def test_the_example_of_a_seal() -> None:
    """Nobody could tell why their signature is refused."""
    body = b'{"number":"CSQ-01-1-000042-7"}'
    key = SigningKey(bytes(range(32)))
    fields = {
        "method": "POST",
        "path": "/v1/tickets/find",
        "body": body,
        "device_id": UUID("019ad6f0-0000-7000-8000-000000000001"),
        "epoch": 1,
        "sequence": 1024,
        "at": datetime(2026, 12, 1, 1, 2, 3, 4_000, tzinfo=UTC),
    }
    text = signing.signed_text(**fields, wire=2).decode()  # type: ignore[arg-type]
    assert f"```\n{text}\n```" in PAGE
    assert key.public.hex() in PAGE
    assert body.decode() in PAGE
    assert sha256(body).hexdigest() in text
    sealed = signing.seal(**fields, sign=key.sign)  # type: ignore[arg-type]
    assert sealed.signature.hex() in PAGE


def test_every_route_refusal_header_and_kind_is_told() -> None:
    for route in ROUTES:
        last = route.path.rpartition("/")[2]
        assert f"{route.method} {route.path}" in PAGE or f"`…/{last}`" in PAGE, route.path
    rows = dict(re.findall(r"^\| (`[a-z_`, ]+`) \| (\d{3}) \|", PAGE, re.MULTILINE))
    told = {code: int(status) for codes, status in rows.items() for code in re.findall(r"`([a-z_]+)`", codes)}
    assert told == {code.value: Refusing(code).status for code in m.Refused}
    for header in (
        signing.DEVICE,
        signing.EPOCH,
        signing.SEQUENCE,
        signing.TIME,
        signing.VERSION,
        signing.SIGNATURE,
        signing.CERTIFICATES,
    ):
        assert f"`{header}`" in PAGE
    kinds = set(re.findall(r"^\| `([a-z_]+)` \| ", PAGE, re.MULTILINE))
    assert {kind.value for kind in m.FeedKind} - kinds == {"layout"}, "which nothing publishes yet"
