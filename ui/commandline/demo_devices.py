"""What stands around a demonstration's windows: a card terminal for each, and the wallets' gateways. All simulated.

Each is a process of its own, started by the command that anybody may use; what one tells it shows at the window.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Final

from counter_app.domain.device_settings import DEVICES_FILE
from counter_app.errors import Reason, Refusal
from ui.commandline import ENDS_WITH
from ui.commandline.demo import ACCOUNTS

_STOP_S: Final = 10
_YUAN: Final = "156"  # ISO 4217
_DEVICES: Final = """# The demonstration's devices. `counterfoil devices example` shows all that can stand here.
[terminal]
kind = "zvt"
address = "tcp://127.0.0.1:{port}"
"""
_METHODS: Final = ("wechat", "alipay")


@contextlib.contextmanager
def card_terminals(folder: Path, windows: Sequence[Path], command: Sequence[str]) -> Iterator[None]:
    """One for each window, with books of its own. A window whose ``devices.toml`` was changed keeps its own."""
    with contextlib.ExitStack() as stack:
        for number, window in enumerate(windows, 1):
            port = kept_port(folder / f"terminal-{number}.port")
            stack.enter_context(
                _running(
                    [
                        *command, "simulate", "terminal", "--listen", f"127.0.0.1:{port}", "--currency", _YUAN,
                        "--terminal-id", f"5250003{number}", "--card", "mastercard",
                        "--books", str(folder / f"terminal-{number}.books"),
                        "--log", str(folder / f"terminal-{number}.log"), "--control", "127.0.0.1:0",
                    ],
                    folder / "devices.log",
                    told=partial(_tell_terminal, number),
                )
            )  # fmt: skip
            devices = window / DEVICES_FILE
            if not devices.exists():
                devices.write_text(_DEVICES.format(port=port), "utf-8")
        yield


@contextlib.contextmanager
def wallet_gateways(
    folder: Path, central: Path, run_central: Callable[..., str], command: Sequence[str]
) -> Iterator[None]:
    """WeChat Pay and Alipay as central sees them; before central is started, which then knows their keys."""
    admin = ACCOUNTS[-1]
    port = kept_port(folder / "gateway.port")
    keys = folder / "gateway"
    with _running(
        [*command, "simulate", "gateway", "--listen", f"127.0.0.1:{port}", "--config", str(keys)],
        folder / "devices.log",
        told=lambda line: _say(f"wallets' gateways at {json.loads(line)['listening']}"),
    ):
        for method in _METHODS:
            run_central(
                "gateway", "--data", str(central), "add", method, "--config", str(keys / f"{method}.toml"),
                "--user", admin.login, "--password-stdin", stdin=f"{admin.password}\n",
            )  # fmt: skip
        yield


def ending_with_us() -> dict[str, str]:
    """The environment of a process that ends when this one does, however it does."""
    return {**os.environ, ENDS_WITH: str(os.getpid())}


def kept_port(path: Path) -> int:
    """A free one, the same at each start."""
    if path.exists():
        return int(path.read_text("ascii"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    path.write_text(str(port), "ascii")
    return port


@contextlib.contextmanager
def _running(command: Sequence[str], log: Path, *, told: Callable[[str], None]) -> Iterator[None]:
    """Until its first line says where it listens. Raises Refusal where it ends without one."""
    with log.open("ab") as complaints:
        process = subprocess.Popen(  # noqa: S603 - this program itself
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
            env=ending_with_us(),
        )
        try:
            output: IO[bytes] | None = process.stdout
            assert output is not None
            line = output.readline().decode("utf-8", "replace").strip()
            if not line:
                process.wait(_STOP_S)
                raise Refusal(Reason.BAD_INPUT, detail=f"a simulated device did not start: see {log}")
            told(line)
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _tell_terminal(number: int, line: str) -> None:
    _say(f"card terminal {number}: {line.removeprefix('terminal ')}")


def _say(text: str) -> None:
    sys.stderr.write(f"counterfoil demo: {text}\n")
    sys.stderr.flush()
