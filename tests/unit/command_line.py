"""The command line in this process: ``run`` gives what a terminal would show, and the exit status."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import main
from tests.unit.db.catalogue.feeds import COACHES, TINY, zipped

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Ran:
    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


def run(*argv: object, stdin: str | bytes = "") -> Ran:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    stdin_, stdout, stderr = (io.TextIOWrapper(io.BytesIO(one), encoding="ascii") for one in (given, b"", b""))
    with patch.object(sys, "stdin", stdin_), patch.object(sys, "stdout", stdout), patch.object(sys, "stderr", stderr):
        try:
            code = main.main([str(one) for one in argv])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        stdout.flush()
        stderr.flush()
    return Ran(code, _written(stdout), _written(stderr).decode())


def _written(stream: io.TextIOWrapper) -> bytes:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


def init(folder: Path, *options: object, password: str = PASSWORD) -> Ran:
    given = ("--name", "甲站", "--admin", "admin", *options)
    return run("init", *given, "--password-stdin", "--profile", folder, stdin=f"{password}\n")


def tiny_feed(path: Path, **changes: str) -> Path:
    """Two trains a day, from yesterday on: real commands live by the real clock."""
    first = (datetime.now(UTC) - timedelta(days=1)).date()
    running = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        f"DAILY,1,1,1,1,1,1,1,{first:%Y%m%d},{first + timedelta(days=200):%Y%m%d}\n"
    )
    files: Mapping[str, str] = {
        **TINY,
        **COACHES,
        "calendar.txt": running,
        **{f"{name}.txt": content for name, content in changes.items()},
    }
    return zipped(path, files)


def soon(days: int = 3) -> str:
    """A date that is on sale, in every zone."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
