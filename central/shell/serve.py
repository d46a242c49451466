"""Central as a service: listening, TLS, worker processes, an orderly end.

SIGTERM: no new connection is taken, what was accepted is answered, then the lanes finish and the database is let go.
A worker that dies is started again, but not without end. Workers whose main process dies, in whatever way, end as if
they had been told to.
"""

from __future__ import annotations

import errno
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import uvicorn
from prometheus_client.multiprocess import mark_process_dead

from central.services import Clock
from central.shell import logs
from central.shell.cores import one_core
from central.shell.http import Central, Shape, make_app
from central.shell.migrate import check_schema, connect
from central.shell.protocol import BoundedProtocol
from central.shell.tending import Step, Tending
from central.shell.trouble import Trouble

_log = logging.getLogger("central.serve")
BACKLOG: Final = 1_024
KEEP_ALIVE_S: Final = 75
RESTARTS_MAX: Final = 5  # of workers, within a minute
PORT_S: Final = 5.0  # so long the workers of a main process that was killed may take to let go of the port
_ENDINGS: Final = (signal.SIGTERM, signal.SIGINT)
# A thread that computes lets others in after so long; the default of 5 ms is most of an answer's time.
SWITCH_S: Final = 0.0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one process serves, built in that process. ``tend``: what central does by itself, in this order.

    ``beside``: what waits for others (a gateway), each on a thread of its own, in every process.
    """

    central: Central
    clock: Clock
    tend: Sequence[Step] = ()
    beside: Sequence[Step] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to serve. ``tls``: certificate (with its chain) and key, PEM files; None: none.

    ``share``: what each worker holds on to by itself for as long as it lives, since its main process may be killed.
    """

    host: str
    port: int  # 0: any that is free
    database_url: str
    version: str
    tls: tuple[Path, Path] | None = None
    workers: int = 1
    own_core: bool = True  # each process keeps to one core, see ``central.shell.cores``
    log: str = "json"
    shape: Shape = field(default_factory=Shape)
    share: Callable[[], AbstractContextManager[object]] = nullcontext


Build = Callable[[], Parts]
"""Made by main, importable by a fresh process: a function at the top of a module, or a ``partial`` of one."""


def serve(build: Build, options: Options, *, ready: Callable[[str], None] | None = None) -> int:
    """Until SIGTERM or SIGINT. ``ready`` hears the URL once it answers. Returns the exit status. Raises ``Trouble``."""
    logs.configure(options.log)
    with connect(options.database_url) as connection:
        check_schema(connection)
    listening = _bind(options.host, options.port, shared=options.workers > 1, patience_s=PORT_S)
    port = listening.getsockname()[1]
    host = f"[{options.host}]" if ":" in options.host else options.host
    url = f"{'https' if options.tls else 'http'}://{host}:{port}"

    def told() -> None:
        _log.info("listening", extra={"url": url, "workers": options.workers})
        if ready is not None:
            ready(url)

    if options.workers == 1:
        with one_core(os.getpid(), wanted=options.own_core):
            return _serve_here(build, options, listening, told)
    return _supervise(build, options, listening, told)


# ---- one process ---------------------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._told()


def _serve_here(build: Build, options: Options, listening: socket.socket, started: Callable[[], None]) -> int:
    sys.setswitchinterval(SWITCH_S)
    parts = build()
    # What was built stays for good; and requests leave no cycles behind that would have to be looked for often.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    fresh = partial(connect, options.database_url)
    app = make_app(parts.central, connect=fresh, clock=parts.clock, version=options.version, shape=options.shape)
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        loop="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(options.shape.stop_s),
        ssl_certfile=options.tls[0] if options.tls else None,
        ssl_keyfile=options.tls[1] if options.tls else None,
    )
    try:
        config.load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise Trouble(f"the certificate or its key cannot be used: {error}") from error
    tended = partial(connect, options.database_url, application="counterfoil-tending")
    tendings = [Tending(parts.tend, connect=tended)]
    tendings += [Tending((step,), connect=tended, name=step[0], alone=False) for step in parts.beside]
    server = _Server(config, started)

    def stop(_: int, __: object) -> None:
        server.should_exit = True

    if threading.current_thread() is threading.main_thread():
        # Until uvicorn listens to them itself. It raises them once more when it has finished: nothing is left to end.
        for number in _ENDINGS:
            signal.signal(number, stop)
    for tending in tendings:
        tending.start()
    try:
        server.run(sockets=[listening])
    finally:
        for tending in tendings:
            tending.stop()
    return 0 if server.started else 1


def _bind(host: str, port: int, *, shared: bool, patience_s: float = 0) -> socket.socket:
    """``patience_s``: for who holds the port and is about to end. Raises ``Trouble``."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _bound(host, port, shared=shared)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise Trouble(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
        time.sleep(0.05)


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    made.set_inheritable(True)
    return made


# ---- several ---------------------------------------------------------------------------------------------------------


def _worker(build: Build, options: Options, number: int, pipe: Any) -> None:
    """In the child: its own socket on the same port, so that the kernel spreads connections over all."""
    logs.configure(options.log)
    for asked in _ENDINGS:  # until it serves, it just goes
        signal.signal(asked, _leave)
    orphaned = _end_with_main(number)

    def told() -> None:
        with suppress(OSError):  # nobody is there to hear it: about to end
            pipe.send(number)

    status = 1
    try:
        with options.share(), one_core(os.getppid() + number, wanted=options.own_core):
            status = _serve_here(build, options, _bind(options.host, options.port, shared=True), told)
    except Trouble as trouble:
        _log.error("%s", trouble)
    finally:
        if orphaned.is_set():  # otherwise the main process does it
            shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    raise SystemExit(status)


def _leave(_: int, __: object) -> None:
    for asked in _ENDINGS:
        signal.signal(asked, signal.SIG_IGN)  # once is enough: what was begun is let go of undisturbed
    raise SystemExit(0)


def _end_with_main(number: int) -> threading.Event:
    """A main process that is killed tells nobody: its workers find out, also while they are starting."""
    main = multiprocessing.parent_process()
    assert main is not None, "in a worker"
    orphaned = threading.Event()

    def watch() -> None:
        main.join()
        orphaned.set()
        _log.warning("the main process has gone: this worker ends", extra={"worker": number})
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="main-process", daemon=True).start()
    return orphaned


class _Workers:
    """Starts them, starts the dead ones again, ends them all."""

    def __init__(self, build: Build, options: Options) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._build = build
        self._options = options
        self._running: dict[int, BaseProcess] = {}
        self._deaths_s: list[float] = []
        self.heard, self._tell = self._context.Pipe(duplex=False)

    def start(self, number: int) -> None:
        process = self._context.Process(
            target=_worker, args=(self._build, self._options, number, self._tell), name=f"central-{number}"
        )
        process.start()
        self._running[number] = process

    def mend(self) -> bool:
        """False: they die faster than it makes sense to start them."""
        for number, process in list(self._running.items()):
            if process.is_alive():
                continue
            mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
            now_s = time.monotonic()
            self._deaths_s = [at for at in self._deaths_s if now_s - at < 60] + [now_s]
            _log.warning("a worker ended", extra={"worker": number, "status": process.exitcode})
            if len(self._deaths_s) > RESTARTS_MAX:
                return False
            self.start(number)
        return True

    def stop(self) -> None:
        for process in self._running.values():
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + 2 * self._options.shape.stop_s + 10
        for process in self._running.values():
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join(10)


def _supervise(build: Build, options: Options, reserved: socket.socket, told: Callable[[], None]) -> int:
    """``reserved`` is bound and never listens: it keeps the port ours while workers come and go."""
    stopping = False

    def stop(_: int, __: object) -> None:
        nonlocal stopping
        stopping = True

    for asked in _ENDINGS:
        signal.signal(asked, stop)
    numbers = tempfile.mkdtemp(prefix="counterfoil-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = numbers  # before the workers import prometheus_client
    workers = _Workers(build, replace(options, port=reserved.getsockname()[1]))
    status, announced, heard = 0, False, set[int]()
    try:
        for number in range(options.workers):
            workers.start(number)
        while not stopping:
            if workers.heard.poll(0.2):
                heard.add(workers.heard.recv())
            if not announced and len(heard) == options.workers:
                announced = True
                told()
            if not workers.mend():
                status = 1
                break
        workers.stop()
    finally:
        reserved.close()
        shutil.rmtree(numbers, ignore_errors=True)
    return status
