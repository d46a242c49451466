"""The description of the API (OpenAPI 3.1), made from the same table and classes that the parser uses."""

from __future__ import annotations

from typing import Any, Final

from counter_app.wire import messages as m
from counter_app.wire import signing
from counter_app.wire.codec import nested, schema_of
from counter_app.wire.routes import ROUTES, Access, Route

_JSON: Final = "application/json"
_QUERY: Final[dict[str, dict[str, Any]]] = {
    "shard": {"type": "string", "minLength": 1, "maxLength": 60},
    "incarnation": {"type": "string", "format": "uuid"},
    "position": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
    "limit": {"type": "integer", "minimum": 1, "maximum": m.FEED_ITEMS_MAX},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "offset": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
}
OPTIONAL: Final = frozenset({"limit", "incarnation", "position", "offset"})
_SEAL: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    (signing.DEVICE, {"type": "string", "format": "uuid"}, "The device's id"),
    (signing.EPOCH, {"type": "integer", "minimum": 1, "maximum": 999}, "Epoch of the key that signed"),
    (signing.SEQUENCE, {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}, "Never used before by this device"),
    (signing.TIME, {"type": "string"}, "Central's time as the counter reckons it: 2026-12-01T01:02:03.004Z"),
    (signing.VERSION, {"type": "integer", "minimum": signing.WIRE_OLDEST, "maximum": signing.WIRE_VERSION}, "Wire"),
    (signing.SIGNATURE, {"type": "string", "pattern": "^[0-9a-f]{128}$"}, "Ed25519, hex"),
)
_REFUSALS: Final = {
    "400": "Not a message of this route",
    "401": "Not signed by whom it says, or at another time",
    "403": "Not allowed to this device",
    "404": "There is no such thing",
    "405": "Another method",
    "408": "The body did not come: nothing was done",
    "409": "Conflicts with what central has",
    "410": "The cursor is gone: ask for a snapshot",
    "413": "Too large",
    "426": "Another wire version",
    "429": "Too many requests: Retry-After says when",
    "500": "Central's own mistake",
    "503": "Busy: nothing was done",
}
_ACCESS: Final = {
    Access.ANYONE: "Not signed.",
    Access.DEVICE: "Signed by an active device's current key.",
    Access.ALSO_REVOKED: "Signed; revoked, superseded and outdated devices too.",
    Access.ANY_EPOCH: "Signed by the device's last known key.",
}


def description(version: str) -> dict[str, Any]:
    """The whole document. ``version``: of the program."""
    kinds: set[type] = set(nested(m.ErrorAnswer))
    for route in ROUTES:
        for kind in (route.request, route.answer):
            if kind is not None:
                kinds |= nested(kind)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    paths |= _house()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterfoil central records",
            "version": version,
            "description": "What counters ask of central records. Requests are signed: see docs/central-protocol.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {kind.__name__: schema_of(kind) for kind in sorted(kinds, key=lambda kind: kind.__name__)},
            "securitySchemes": {
                "seal": {
                    "type": "apiKey",
                    "in": "header",
                    "name": signing.SIGNATURE,
                    "description": "Ed25519 over method, path, body's SHA-256, device, epoch, sequence, time, version",
                }
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.words,
        "description": _ACCESS[route.access],
        "responses": _responses(route),
    }
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "required": name not in OPTIONAL, "schema": _QUERY[name]} for name in route.query
    ]
    if route.access is not Access.ANYONE:
        made["security"] = [{"seal": []}]
        parameters += [
            {"name": name, "in": "header", "required": True, "schema": schema, "description": words}
            for name, schema, words in _SEAL
            if name != signing.SIGNATURE  # that is the security scheme's
        ]
    if parameters:
        made["parameters"] = parameters
    if route.request is not None:
        made["requestBody"] = {"required": True, "content": {_JSON: {"schema": _ref(route.request)}}}
    return made


def _responses(route: Route) -> dict[str, Any]:
    if route.answer is None:
        good = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    else:
        good = {_JSON: {"schema": _ref(route.answer)}}
    refusal = {_JSON: {"schema": _ref(m.ErrorAnswer)}}
    return {
        "200": {"description": "Done", "content": good},
        **{status: {"description": words, "content": refusal} for status, words in _REFUSALS.items()},
    }


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _house() -> dict[str, dict[str, Any]]:
    """For the operator's own machinery, not for counters."""
    state = {"type": "object", "additionalProperties": {"type": "string"}}
    document = {_JSON: {"schema": state}}
    often = {"429": {"description": _REFUSALS["429"], "content": {_JSON: {"schema": _ref(m.ErrorAnswer)}}}}
    return {
        "/healthz": {
            "get": {
                "operationId": "healthz",
                "summary": "The process answers",
                "responses": {"200": {"description": "It does", "content": document}},
            }
        },
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "Database, schema, partitions ahead and timetable are there",
                "responses": {
                    "200": {"description": "All of them", "content": document},
                    "503": {"description": "Not all of them", "content": document},
                    **often,
                },
            }
        },
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "For Prometheus",
                "responses": {
                    "200": {
                        "description": "Its text format",
                        "content": {"text/plain": {"schema": {"type": "string"}}},
                    },
                    **often,
                },
            }
        },
    }
