"""Central of an outage, in a process of its own: the real server over real sockets, with a clock that stands still."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from central.auth import drop_old_requests
from central.feed import drop_old_tombstones
from central.shell.serve import Options, Parts, serve
from central.tx import Connection
from central.wiring import rooms_of
from db.catalogue.reader import CatalogueFile
from tests.conftest import ROOT
from tests.simulation.headquarters import services_of
from tests.simulation.nature import Time, body


def parts(url: str, folder: str, ms: int) -> Parts:
    """``shell.serve.Build``: as ``central.wiring.served_parts``, with made clock and keys, without gateways."""
    services = services_of(body(Time(ms), "served"), url, Path(folder))
    rooms = rooms_of(services, CatalogueFile)

    def forget_requests(connection: Connection) -> object:
        return drop_old_requests(connection, services.clock.now())

    tend = (
        ("stock", rooms.stock.tend),
        ("journal", rooms.intake.tend),
        ("requests", forget_requests),
        ("feed", drop_old_tombstones),
    )
    return Parts(central=rooms.central, clock=services.clock, tend=tend)


def serve_here(url: str, folder: str, ms: str) -> None:
    options = Options(host="127.0.0.1", port=0, database_url=url, version="bench", log="text")
    raise SystemExit(serve(partial(parts, url, folder, int(ms)), options, ready=_ready))


def _ready(url: str) -> None:
    print(json.dumps(url), flush=True)


@contextmanager
def served(url: str, folder: Path, ms: int) -> Iterator[str]:
    """``ms``: what its clock shows, since the world's start. What it says of itself is in ``folder``."""
    folder.mkdir()
    program = "import sys; from benchmarks.outage_served import serve_here; serve_here(*sys.argv[1:])"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, url, str(folder), str(ms)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            assert told, (folder / "log").read_text(encoding="utf-8")
            yield json.loads(told)
        finally:
            process.terminate()
            process.wait(60)
            process.stdout.close()


def troubles(folder: Path) -> tuple[str, ...]:
    """What it logged as more than information; its first lines."""
    lines = (folder / "log").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if "[info " not in line)[:20]
