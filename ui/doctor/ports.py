"""Ports of the system: is the device there, and may this user open it?"""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ui.presenters.findings import Finding, Weight


def port_of(url: str) -> Path | None:
    """The device file that a serial address names; None for what is none (another wire, COM3)."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    if split.scheme != "serial":
        return None
    device = unquote(split.netloc or split.path)
    return Path(device) if device.startswith("/") and device.isprintable() else None  # %00 is in no file's name


def port(path: Path) -> Finding:
    """Asks the system only: nothing is opened, and nothing is sent to the device."""
    name = str(path)
    if os.name != "posix":  # pragma: no cover - ports have no files there
        return Finding(what="port", name=name, state=Weight.OK, code="port_good")
    try:
        found = path.stat()
    except FileNotFoundError:
        return Finding(what="port", name=name, state=Weight.TROUBLE, code="port_missing")
    except OSError as error:
        facts = {"detail": error.strerror or error}
        return Finding(what="port", name=name, state=Weight.TROUBLE, code="port_not_opened", facts=facts)
    if os.access(path, os.R_OK | os.W_OK):
        return Finding(what="port", name=name, state=Weight.OK, code="port_good")
    facts = {"group": group_name(found.st_gid), "user": user_name()}
    return Finding(what="port", name=name, state=Weight.TROUBLE, code="port_forbidden", facts=facts)


def forbidden_group(url: str) -> str:
    """The group that may open an address's port where this user may not; "" where there is nothing in the way."""
    device = port_of(url)
    if device is None:
        return ""
    found = port(device)
    return str(found.facts.get("group", "")) if found.code == "port_forbidden" else ""


def group_name(number: int) -> str:
    import grp  # noqa: PLC0415 - not on Windows

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account that the system has no name for
        return str(os.getuid())
