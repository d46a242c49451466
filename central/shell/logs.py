"""Central's log: one JSON object a line (or text for a terminal), to standard error. No bodies, no names, no addresses.

Everything goes through the standard library's loggers; structlog only renders. Fields are given with ``extra=``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

from central.faults import told

_FIELDS: Final = frozenset(
    {"route", "routes", "status", "device", "ms", "bytes", "code", "fault", "url", "workers", "worker", "step", "count"}
)


def configure(form: str) -> None:
    """``json`` or ``text``; replaces what was configured before."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _known_fields,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _kinds_only,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # What every stranger on the network can cause is no news: what matters is counted and told by Shell.
    for name, level in (
        ("uvicorn.error", logging.ERROR),
        ("uvicorn.access", logging.CRITICAL),
        ("alembic", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(level)


def _kinds_only(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Of an error that a library logs with its traceback: kind and place."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def _known_fields(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Only fields that are known to hold nothing personal."""
    record = event.get("_record")
    if record is not None:
        event.update({name: value for name, value in record.__dict__.items() if name in _FIELDS})
    return event
