"""Strangers' tools against the API: what the description promises, central keeps, whatever it is sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from central.shell.http import Shape
from central.shell.limits import Limits, Rate
from tests.contract.central_house import House, house
from tests.postgres import Database

ROOT = Path(__file__).parents[2]
_FREELY = Rate(per_s=1e6, burst=1e6)
SECONDS_MAX = 240


@pytest.fixture(scope="module")
def running(database: Database) -> Iterator[House]:
    with house(database, shape=Shape(limits=Limits(device=_FREELY, peer=_FREELY, unsigned=_FREELY))) as made:
        yield made


def _schemathesis(schema: str, running: House, folder: Path, **environment: str) -> None:
    """Every check that it has, on the examples that it thinks of; always the same ones."""
    program = "from schemathesis.cli import schemathesis; schemathesis()"
    told = subprocess.run(
        [
            *(sys.executable, "-c", program, "run", schema, "--url", running.url, "--no-color", "--seed", "1"),
            # JSON Schema takes 1.0 for an integer, and cannot say "no floats anywhere"; central refuses it.
            *("--exclude-checks", "positive_data_acceptance"),
            *("--max-examples", "10", "--generation-deterministic", "--phases", "examples,coverage,fuzzing"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-6_000:] + told.stderr[-2_000:]


@pytest.mark.slow
def test_a_stranger_gets_what_the_description_says(fresh_database: Database, tmp_path: Path) -> None:
    """Nobody signed anything: every answer is one of those that are described. With the limits as they are served."""
    with house(fresh_database) as plain:
        _schemathesis(f"{plain.url}/openapi.json", plain, tmp_path)


@pytest.mark.slow
def test_a_window_gets_what_the_description_says(running: House, tmp_path: Path) -> None:
    """Each request is signed, and so reaches parser and handlers; the seal itself is left out of the description."""
    document = running.client.get("/openapi.json").json()
    for item in document["paths"].values():
        for operation in item.values():
            _without_seal(operation)
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    window = running.window(1)
    _schemathesis(
        str(path),
        running,
        tmp_path,
        SCHEMATHESIS_HOOKS="tests.contract.sign_requests",
        WINDOW_ID=str(window.device_id),
        WINDOW_KEY=window.key.private_bytes().hex(),
        CENTRAL_TIME=running.world.clock.now().isoformat(),
    )


def _without_seal(operation: dict[str, Any]) -> None:
    operation.pop("security", None)
    operation["parameters"] = [one for one in operation.get("parameters", []) if one["in"] != "header"]
