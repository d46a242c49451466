"""A device's id and key before it has a profile: asked again after a lost answer, central gives the same one.

The one-time code was spent by the first request that arrived; only the same key may ask with it again. So the key is
durable before anything is sent, and goes when the profile stands.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Entropy, Ids
from db.files import sync_folder, write_durably

FILE_NAME: Final = "enrolling"


@dataclass(frozen=True, slots=True)
class NewDevice:
    device_id: UUID
    key: bytes  # 32 private bytes


def new_device(folder: Path, *, ids: Ids, entropy: Entropy) -> NewDevice:
    """The one that an interrupted enrolment left here, else a new one. Raises Refusal(STORE_DAMAGED), ``OSError``."""
    path = folder / FILE_NAME
    if path.is_file():
        try:
            known = json.loads(path.read_text("ascii"))
            made = NewDevice(UUID(known["device_id"]), bytes.fromhex(known["key"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal(Reason.STORE_DAMAGED, part=FILE_NAME) from error
        if len(made.key) != 32:
            raise Refusal(Reason.STORE_DAMAGED, part=FILE_NAME)
        return made
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = NewDevice(ids.new(), entropy.bytes(32))
    write_durably(path, json.dumps({"device_id": str(made.device_id), "key": made.key.hex()}).encode(), mode=0o600)
    return made


def forget_device(folder: Path) -> None:
    """The profile stands, or the code was refused."""
    with contextlib.suppress(FileNotFoundError):
        (folder / FILE_NAME).unlink()
        sync_folder(folder)
        if not any(folder.iterdir()):
            folder.rmdir()
