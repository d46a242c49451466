"""A central that is served by processes of its own: the real wiring over a test's database and small railway."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from central.shell.http import Shape
from central.shell.migrate import connect
from central.shell.serve import Options, Parts, serve
from central.wiring import rooms_of
from tests.unit.central.office import open_railway
from tests.unit.central.stock.world import World

ROOT = Path(__file__).parents[4]
PATIENCE_S = 120


def build(url: str) -> Parts:
    """In the process that serves. The world's clock stands still, in all of them alike."""
    world = World(connect(url))
    rooms = rooms_of(world.services, open_railway)
    return Parts(central=rooms.central, clock=world.clock, tend=(("stock", rooms.stock.tend),))


def main(url: str, port: str, workers: str, certificate: str, key: str) -> None:
    tls = (Path(certificate), Path(key)) if certificate else None
    options = Options(
        host="127.0.0.1",
        port=int(port),
        database_url=url,
        version="test",
        tls=tls,
        workers=int(workers),
        shape=Shape(stop_s=60),
    )

    def ready(address: str) -> None:
        print(json.dumps(address), flush=True)

    raise SystemExit(serve(partial(build, url), options, ready=ready))


@dataclass
class Served:
    url: str
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)


def started(
    database_url: str, *, workers: int = 1, port: int = 0, tls: tuple[Path, Path] | None = None
) -> subprocess.Popen[str]:
    """Its first line of output is its URL in JSON, once it answers."""
    program = "import sys; from tests.unit.central.shell.serving import main; main(*sys.argv[1:])"
    certificate, key = (str(tls[0]), str(tls[1])) if tls else ("", "")
    return subprocess.Popen(
        [sys.executable, "-c", program, database_url, str(port), str(workers), certificate, key],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def served(
    database_url: str, *, workers: int = 1, port: int = 0, tls: tuple[Path, Path] | None = None
) -> Iterator[Served]:
    process = started(database_url, workers=workers, port=port, tls=tls)
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[str] = []
    reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    reader.start()
    try:
        line = process.stdout.readline()
        if not line:
            process.wait(PATIENCE_S)
            reader.join(PATIENCE_S)
            raise AssertionError("".join(log))
        yield Served(json.loads(line), process, log)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()
            reader.join(PATIENCE_S)
            process.stdout.close()
            process.stderr.close()
