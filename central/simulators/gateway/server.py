"""Both gateways behind one address, over real HTTP, with what may go wrong and a page to steer it by.

``/v3/…`` is WeChat Pay's, ``/gateway.do`` Alipay's. ``/control``: GET what happened; POST ``/control/faults``,
``/control/clear``, ``/control/pay``; GET ``/control/bill/wechat?day=2026-12-01``. For tests and the demonstration only.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from central.simulators.gateway.alipay import APP_ID, Alipay
from central.simulators.gateway.bills import alipay_bill, wechat_bill
from central.simulators.gateway.books import Books, NotDoneError
from central.simulators.gateway.faults import HANG_S_MAX, Fault, Faults
from central.simulators.gateway.signing import Keys, kept_pair
from central.simulators.gateway.wechat import APPID, MCHID, PUBLIC_KEY_ID, SERIAL, Wechat

BODY_MAX: Final = 64 * 1024
_Answer = tuple[int, dict[str, str], bytes]


class GatewaySimulator:
    """Serves from ``start`` to ``stop``. ``now``: its clock. ``password_s``: how long a customer types."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password_s: float = 8,
        keys: Callable[[str], Keys] = lambda _: Keys(),
    ) -> None:
        self.faults = Faults()
        self.wechat = Wechat(Books("wechat", now, password_s=password_s), keys("wechat"))
        self.alipay = Alipay(Books("alipay", now, password_s=password_s), keys("alipay"))
        self.asked: list[str] = []  # "wechat pay", in order; the last thousands
        self.ending = threading.Event()
        simulator = self

        class Handler(_Handler):
            house = simulator

        family = socket.AF_INET6 if ":" in host else socket.AF_INET

        class Server(ThreadingHTTPServer):
            address_family = family
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

        self._server = Server((host, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="gateway", daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        named = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://[{named}]:{port}" if ":" in named else f"http://{named}:{port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def write_config(self, folder: Path) -> dict[str, Path]:
        """What ``counterfoil central gateway add`` reads, with the keys beside it: method → file.

        Keys that lie there are used from now on.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, keys in (("wechat", self.wechat.keys), ("alipay", self.alipay.keys)):
            keys.merchant = kept_pair(folder / f"{name}-merchant.pem", keys.merchant)
            keys.gateway = kept_pair(folder / f"{name}-gateway.pem", keys.gateway)
            (folder / f"{name}-public.pem").write_text(keys.gateway.public_pem(), encoding="utf-8")
        (folder / "wechat.toml").write_text(
            f'base_url = "{self.url}"\nappid = "{APPID}"\nmchid = "{MCHID}"\nserial = "{SERIAL}"\n'
            f'private_key_file = "wechat-merchant.pem"\n\n[public_keys]\n{PUBLIC_KEY_ID} = "wechat-public.pem"\n',
            encoding="utf-8",
        )
        (folder / "alipay.toml").write_text(
            f'base_url = "{self.url}/gateway.do"\napp_id = "{APP_ID}"\n'
            'private_key_file = "alipay-merchant.pem"\npublic_key_files = ["alipay-public.pem"]\n',
            encoding="utf-8",
        )
        return {name: folder / f"{name}.toml" for name in ("wechat", "alipay")}

    def books(self, gateway: str) -> Books:
        """Raises ``KeyError``."""
        return {"wechat": self.wechat.books, "alipay": self.alipay.books}[gateway]

    # ---- one request

    def serve(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[_Answer | None, bool]:
        """``None``: the line is cut. ``True``: byte by byte."""
        gateway, name = self._named(path, body)
        if not name:
            return (404, {"content-type": "application/json"}, b'{"code":"NOT_FOUND"}'), False
        self.asked = [*self.asked[-9_999:], f"{gateway} {name}"]
        faults = self.faults.take(name)
        if Fault.DROP_BEFORE in faults:
            return None, False
        if Fault.ERROR_BEFORE in faults:
            return (502, {"content-type": "text/html"}, b"<html>502</html>"), False
        self._customer(gateway, path, body, Fault.PAY_BEFORE in faults)
        if Fault.TWICE in faults:
            self._answered(gateway, method, path, headers, body, {})
        answer = self._answered(gateway, method, path, headers, body, faults)
        self._customer(gateway, path, body, Fault.PAY_AFTER in faults)
        if Fault.DROP_AFTER in faults:
            return None, False
        if Fault.ERROR_AFTER in faults:
            return (502, {"content-type": "text/html"}, b"<html>502</html>"), False
        if Fault.HANG in faults:
            self.ending.wait(HANG_S_MAX)
            return None, False
        if Fault.DELAY in faults:
            self.ending.wait(faults[Fault.DELAY])
        return answer, Fault.DRIP in faults

    def _named(self, path: str, body: bytes) -> tuple[str, str]:
        if urlsplit(path).path == "/gateway.do":
            return "alipay", self.alipay.names(path, body)
        return "wechat", self.wechat.names(path)

    def _answered(
        self, gateway: str, method: str, path: str, headers: dict[str, str], body: bytes, faults: dict[Fault, float]
    ) -> _Answer:
        if gateway == "alipay":
            return self.alipay.answer(path, body, faults)
        return self.wechat.answer(method, path, headers, body, faults)

    def _customer(self, gateway: str, path: str, body: bytes, pays: bool) -> None:
        """Of the trade that is asked about."""
        if not pays:
            return
        if gateway == "alipay":
            number = json.loads(self.alipay.form(path, body)["biz_content"])["out_trade_no"]
        else:
            number = urlsplit(path).path.split("/")[5]
        with suppress(NotDoneError):
            self.books(gateway).pay(number)

    # ---- steering

    def control(self, method: str, path: str, body: bytes) -> _Answer:
        parts = urlsplit(path)
        headers = {"content-type": "application/json"}
        try:
            if method == "GET" and parts.path.startswith("/control/bill/"):
                day = date.fromisoformat(parse_qs(parts.query)["day"][0])
                gateway = parts.path.rpartition("/")[2]
                bill = {"wechat": wechat_bill, "alipay": alipay_bill}[gateway](self.books(gateway), day)
                return 200, {"content-type": "text/csv"}, bill
            if method == "GET":
                return 200, headers, json.dumps(self._state(), ensure_ascii=False).encode()
            told: dict[str, Any] = json.loads(body or b"{}")
            if parts.path == "/control/faults":
                self.faults.order(
                    Fault(told["fault"]),
                    str(told.get("on", "*")),
                    times=int(told.get("times", 1)),
                    seconds=float(told.get("seconds", 1)),
                )
            elif parts.path == "/control/clear":
                self.faults.clear()
            elif parts.path == "/control/pay":
                self.books(told["gateway"]).pay(told["number"])
            else:
                return 404, headers, b"{}"
        except (ValueError, KeyError, TypeError, IndexError, NotDoneError) as error:
            return 400, headers, json.dumps({"error": str(error)}).encode()
        return 200, headers, b"{}"

    def _state(self) -> dict[str, Any]:
        made: dict[str, Any] = {"faults": self.faults.waiting(), "asked": self.asked[-100:]}
        for gateway in ("wechat", "alipay"):
            books = self.books(gateway)
            with books.lock:
                trades = list(books.trades.values())[-1_000:]
            made[gateway] = {
                "held_minor": books.held_minor,
                "trades": [
                    {
                        "number": one.number,
                        "state": one.state.value,
                        "amount_minor": one.amount_minor,
                        "held_minor": one.held_minor,
                        "refunds": {back.number: back.amount_minor for back in one.backs.values()},
                    }
                    for one in trades
                ],
            }
        return made


class _Handler(BaseHTTPRequestHandler):
    house: GatewaySimulator
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def _do(self, method: str) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.close_connection = True
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path.startswith("/control"):
            self._send(self.house.control(method, self.path, body), drip=False)
            return
        answer, drip = self.house.serve(method, self.path, headers, body)
        if answer is None:
            self.close_connection = True
            return
        self._send(answer, drip=drip)

    def _send(self, answer: _Answer, *, drip: bool) -> None:
        status, headers, body = answer
        with suppress(OSError):  # who asked may have gone
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if not drip:
                self.wfile.write(body)
                return
            for at in range(len(body)):
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
                if self.house.ending.wait(1):
                    return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent: a payment code stands in what is asked."""
        del format, args
