"""Bytes over real sockets: deadlines that hold whatever the other end does, and what may have arrived."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from counter_app.errors import NoAnswer, Reason, Refusal
from sync import http
from sync.deadline import Resolver
from sync.http import HttpTransport

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Serve = Callable[[socket.socket], None]


class Server:
    """Answers each connection by ``serve`` in a thread of its own."""

    def __init__(self, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        self.over = threading.Event()
        self._serve, self._context = serve, context
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                made, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._speak, args=(made,)))
            self._threads[-1].start()

    def _speak(self, made: socket.socket) -> None:
        with contextlib.suppress(OSError), made:
            speaking = made
            if self._context is not None:
                speaking = self._context.wrap_socket(made, server_side=True)
            with speaking:
                self._serve(speaking)

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(20)


def read_request(made: socket.socket) -> bytes:
    """Head and body, b"" at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = made.recv(65_536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += made.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def serve(how: Serve, context: ssl.SSLContext | None = None) -> Server:
        made.append(Server(how, context))
        return made[-1]

    yield serve
    for server in made:
        server.close()


def _ask(transport: HttpTransport, deadline_ms: int = 20_000, body: bytes = b"") -> bytes:
    return transport.exchange("POST", "/v1/x?a=1", {"X-Test": "yes"}, body, deadline_ms=deadline_ms).body


def _transport(server: Server) -> HttpTransport:
    return HttpTransport(f"http://127.0.0.1:{server.port}")


def test_an_exchange_and_a_connection_that_is_kept(serving: Callable[..., Server]) -> None:
    """A handshake for every sale."""
    seen: list[bytes] = []

    def answer(made: socket.socket) -> None:
        while request := read_request(made):
            seen.append(request)
            made.sendall(OK)

    server = serving(answer)
    transport = _transport(server)
    assert _ask(transport, body=b"hello") == b"ok"
    assert _ask(transport) == b"ok"
    assert server.connections == 1
    head = seen[0].lower()
    assert head.startswith(b"post /v1/x?a=1 http/1.1\r\n")
    assert b"x-test: yes" in head
    assert f"host: 127.0.0.1:{server.port}".encode() in head
    assert seen[0].endswith(b"\r\n\r\nhello")
    transport.close()


def test_a_status_is_passed_on(serving: Callable[..., Server]) -> None:
    """A refusal of central's has its words in the body."""

    def answer(made: socket.socket) -> None:
        read_request(made)
        made.sendall(b"HTTP/1.1 409 Conflict\r\ncontent-length: 4\r\n\r\nwhy!")

    transport = _transport(serving(answer))
    found = transport.exchange("GET", "/", {}, b"", deadline_ms=20_000)
    assert (found.status, found.body) == (409, b"why!")
    transport.close()


def test_nobody_there_is_known_not_to_have_heard() -> None:
    """A release noted for a claim that never left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = HttpTransport(f"http://127.0.0.1:{port}")
    with pytest.raises(NoAnswer) as silence:
        _ask(transport)
    assert not silence.value.sent
    transport.close()


def test_silence_may_have_been_heard(serving: Callable[..., Server]) -> None:
    """A request that was done and not answered is taken for one that never was."""

    def listen(made: socket.socket) -> None:
        read_request(made)
        server.over.wait(60)

    server = serving(listen)
    transport = _transport(server)
    with pytest.raises(NoAnswer) as silence:
        _ask(transport, deadline_ms=300)
    assert silence.value.sent
    transport.close()


@pytest.mark.parametrize("dripped", ["head", "body"])
def test_a_line_that_drips_ends_with_the_deadline(serving: Callable[..., Server], dripped: str) -> None:
    """A byte now and then holds a clerk for ever: each wait is short, and there is always another."""

    def drip(made: socket.socket) -> None:
        read_request(made)
        if dripped == "body":
            made.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        else:
            made.sendall(b"HTTP/1.1 200 OK\r\nx: ")
        while not server.over.is_set():
            made.sendall(b"a")
            time.sleep(0.02)

    server = serving(drip)
    transport = _transport(server)
    with pytest.raises(NoAnswer) as silence:  # without one deadline for all this never ends: pytest's own would
        _ask(transport, deadline_ms=400)
    assert silence.value.sent
    transport.close()


def test_an_answer_without_end_is_refused(serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter's memory filled by whatever sits on the line."""
    monkeypatch.setattr(http, "BODY_BYTES_MAX", 100_000)

    def flood(made: socket.socket) -> None:
        read_request(made)
        made.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not server.over.is_set():
            made.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")

    server = serving(flood)
    transport = _transport(server)
    with pytest.raises(NoAnswer) as silence:
        _ask(transport)
    assert "without end" in silence.value.detail
    transport.close()


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"])
def test_half_an_answer_is_none(serving: Callable[..., Server], answer: bytes) -> None:
    """Half a list of seats is taken for the whole."""

    def half(made: socket.socket) -> None:
        read_request(made)
        made.sendall(answer)

    transport = _transport(serving(half))
    with pytest.raises(NoAnswer) as silence:
        _ask(transport)
    assert silence.value.sent
    transport.close()


def test_a_connection_that_was_closed_at_rest_is_not_used(serving: Callable[..., Server]) -> None:
    """Central was restarted between two sales."""

    def once(made: socket.socket) -> None:
        read_request(made)
        made.sendall(OK)

    server = serving(once)
    transport = _transport(server)
    assert _ask(transport) == b"ok"
    deadline = time.monotonic() + 20
    while server._threads[-1].is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _ask(transport) == b"ok"
    assert server.connections == 2
    transport.close()


# ---- TLS


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A private one: its certificate file, and a server of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "central")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "ca.pem", tmp_path / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def test_tls_by_a_private_authority(serving: Callable[..., Server], authority: tuple[Path, ssl.SSLContext]) -> None:
    """Central of an operator's own network, checked all the same; and kept open as well."""

    def answer(made: socket.socket) -> None:
        while read_request(made):
            made.sendall(OK)

    server = serving(answer, authority[1])
    transport = HttpTransport(f"https://127.0.0.1:{server.port}", certificate_file=str(authority[0]))
    assert _ask(transport, body=b"x" * 300_000) == b"ok"
    assert _ask(transport) == b"ok"
    transport.close()


def test_another_authority_is_not_believed(
    serving: Callable[..., Server], authority: tuple[Path, ssl.SSLContext]
) -> None:
    """Somebody in the station's cellar answers in central's name."""
    server = serving(lambda made: made.sendall(OK), authority[1])
    transport = HttpTransport(f"https://127.0.0.1:{server.port}")
    with pytest.raises(NoAnswer) as silence:
        _ask(transport)
    assert not silence.value.sent
    transport.close()


# ---- settings, names


@pytest.mark.parametrize(
    "url", ["central.example", "ftp://central", "http://central.example", "https://", "https://a/?q"]
)
def test_odd_addresses_are_refused(url: str) -> None:
    """Tickets and keys in clear over somebody's network."""
    with pytest.raises(Refusal) as refused:
        HttpTransport(url)
    assert refused.value.reason is Reason.BAD_SETTING


def test_a_missing_authority_is_refused(tmp_path: Path) -> None:
    """The program starts, and trusts nobody or everybody."""
    with pytest.raises(Refusal):
        HttpTransport("https://central.example", certificate_file=str(tmp_path / "none.pem"))


def test_a_name_is_looked_up_within_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead name server holds every clerk for half a minute."""
    gate = threading.Event()

    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))

    def slow(*_: object, **__: object) -> list[object]:
        gate.wait(30)
        return [here]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = Resolver()
    with pytest.raises(TimeoutError):
        resolver("central.example", 443, 0.05)
    gate.set()
    assert resolver("central.example", 443, 20) == [here]


def test_a_name_that_is_none_is_no_connection() -> None:
    """A typing error in the address, told as what it is."""
    transport = HttpTransport("https://central.invalid")
    with pytest.raises(NoAnswer) as silence:
        _ask(transport)
    assert not silence.value.sent
    transport.close()
