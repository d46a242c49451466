"""Where a profile's secrets lie: the system's keyring where there is a real one, else owner-only files (decisions 5).

Each is 32 bytes under a name (see ``db.vault``), kept by a profile for life.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from uuid import UUID

from counter_app.errors import Reason, Refusal
from db.files import sync_folder, write_durably

FOLDER: Final = "keys"
CHOICES: Final = ("auto", "keyring", "file")
_SERVICE: Final = "counterfoil"
_NAME: Final = re.compile(r"[a-z]+(-[a-z0-9]+)*")
# Back ends that keep secrets for one user of the system. Others (null, fail, plain text) are no keyring.
_REAL_BACKENDS: Final = ("SecretService", "libsecret", "kwallet", "Windows", "macOS")


class ProfileKeys:
    """``choice``: auto takes the keyring where a real one answers, else files."""

    def __init__(self, directory: Path, profile_id: UUID, *, choice: str = "auto") -> None:
        assert choice in CHOICES, choice
        self._folder = directory / FOLDER
        self._profile_id = profile_id
        self._choice = choice

    def load(self, name: str) -> bytes:
        """Raises Refusal(STORE_DAMAGED, part="keys") where it is missing or not 32 bytes."""
        secret = self.find(name)
        if secret is None:
            raise Refusal(Reason.STORE_DAMAGED, part="keys", name=name)
        return secret

    def find(self, name: str) -> bytes | None:
        """None where it is missing or not 32 bytes."""
        assert _NAME.fullmatch(name), name
        path = self._folder / name
        text: str | None = None
        # A file first, whatever the choice: asking a keyring costs a third of a second.
        if path.is_file():
            text = path.read_text("ascii", errors="replace").strip()
        elif self._choice != "file" and (ring := _real_keyring()) is not None:
            text = ring.get_password(_SERVICE, self._account(name))
        try:
            secret = bytes.fromhex(text or "")
        except ValueError:
            secret = b""
        return secret if len(secret) == 32 else None

    def is_file(self, name: str) -> bool:
        """Whether it lies in a file, rather than in the keyring."""
        return (self._folder / name).is_file()

    def save(self, name: str, secret: bytes) -> None:
        """Durable on return. Raises Refusal(BAD_SETTING, key="keys") where a keyring is demanded and there is none."""
        assert _NAME.fullmatch(name), name
        assert len(secret) == 32
        ring = _real_keyring() if self._choice != "file" else None
        if ring is not None:
            ring.set_password(_SERVICE, self._account(name), secret.hex())
            return
        if self._choice == "keyring":
            raise Refusal(Reason.BAD_SETTING, key="keys", value="keyring")
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700)
            sync_folder(self._folder.parent)
        write_durably(self._folder / name, f"{secret.hex()}\n".encode(), mode=0o600)

    def remove(self, name: str) -> None:
        """Harmless where it is not there."""
        assert _NAME.fullmatch(name), name
        path = self._folder / name
        if path.is_file():
            path.unlink()
            sync_folder(self._folder)
        elif self._choice != "file" and (ring := _real_keyring()) is not None:
            ring.delete_password(_SERVICE, self._account(name))

    def _account(self, name: str) -> str:
        return f"{self._profile_id}/{name}"


class _Ring:
    """The three calls of the keyring package that we use, typed."""

    def __init__(self, backend: object) -> None:
        self._backend = backend

    def get_password(self, service: str, account: str) -> str | None:
        found: str | None = self._backend.get_password(service, account)  # type: ignore[attr-defined]
        return found

    def set_password(self, service: str, account: str, secret: str) -> None:
        self._backend.set_password(service, account, secret)  # type: ignore[attr-defined]

    def delete_password(self, service: str, account: str) -> None:
        if self.get_password(service, account) is not None:
            self._backend.delete_password(service, account)  # type: ignore[attr-defined]


def _real_keyring() -> _Ring | None:
    try:
        import keyring  # noqa: PLC0415 - 0.3 s, and most starts never ask for it

        backend = keyring.get_keyring()
    except Exception:  # noqa: BLE001 - a broken back end is no back end; whatever it raises
        return None
    backends = getattr(backend, "backends", [backend])  # the chainer holds the real ones, best first
    for one in backends:
        if any(part in type(one).__module__ for part in _REAL_BACKENDS):
            return _Ring(one)
    return None
