"""PostgreSQL's own ``pgbench -N`` (simple update, scale 10) on the server that something else is measured on."""

from __future__ import annotations

import re
import subprocess
from typing import Final

import psycopg

from central.shell.embedded import EmbeddedPostgres

NAME: Final = "PostgreSQL's pgbench -N"
DATABASE: Final = "pgbench"
SCALE: Final = 10
THREADS_MAX: Final = 2


def prepare(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    _pgbench(server, "-i", "-q", "-s", str(SCALE))


def transactions_a_second(server: EmbeddedPostgres, *, clients: int, seconds: float) -> float:
    threads = min(clients, THREADS_MAX)
    told = _pgbench(server, "-N", "-c", str(clients), "-j", str(threads), "-T", str(max(1, round(seconds))))
    found = re.search(r"tps = ([0-9.]+)", told)
    assert found is not None, told
    return float(found[1])


def _pgbench(server: EmbeddedPostgres, *arguments: str) -> str:
    command = [str(server.program("pgbench")), *arguments, server.url(DATABASE)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
