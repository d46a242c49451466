"""Writes a printer into the operator's settings file, or takes one out. It holds from the next start of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from counter_app.application.rights import demand
from counter_app.application.whole_file import whole_file
from counter_app.domain.settings import (
    FURTHER_PRINTERS,
    MAIN_PRINTER,
    SETTINGS_BYTES_MAX,
    SETTINGS_FILE,
    Settings,
    default_text,
    parse_settings,
)
from counter_app.domain.settings_edit import Value, with_section, without_section
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal

BEFORE: Final = f"{SETTINGS_FILE}.before"  # the file as it was, beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePrinters:
    """``check_url(url, profile)`` raises Refusal(BAD_SETTING) for an address or a profile that cannot be."""

    folder: Path
    check_url: Callable[[str, str], None]

    def put(self, actor: Actor, name: str, *, url: str, profile: str, drawer: bool = False) -> Settings:
        """The new settings, as the next start reads them. MANAGE. Raises NOT_ALLOWED, BAD_SETTING; OSError.

        ``name``: ``main`` or one of FURTHER_PRINTERS. ``drawer``: the cash drawer hangs on this one, and no longer on
        another.
        """
        demand(actor, Right.MANAGE)
        self.check_url(url, profile)
        values: dict[str, Value] = {"url": url, "profile": profile}

        def edit(text: str) -> str:
            if drawer:
                for other in (MAIN_PRINTER, *FURTHER_PRINTERS):
                    if has_drawer(text, other):
                        text = with_section(text, section_of(other), {"drawer": False})
                return with_section(text, section_of(name), values | {"drawer": True})
            taken = {"drawer": False} if has_drawer(text, name) else {}
            return with_section(text, section_of(name), values | taken)

        return self._change(edit)

    def remove(self, actor: Actor, name: str) -> Settings:
        """MANAGE. The main printer cannot be taken out: BAD_SETTING."""
        demand(actor, Right.MANAGE)
        if name == MAIN_PRINTER:
            raise Refusal(Reason.BAD_SETTING, key="printer", detail="the main printer stays")
        return self._change(lambda text: without_section(text, section_of(name)))

    def _change(self, edit: Callable[[str], str]) -> Settings:
        path = self.folder / SETTINGS_FILE
        before = path.read_bytes() if path.exists() else None
        if before is not None and len(before) > SETTINGS_BYTES_MAX:
            raise Refusal(Reason.BAD_SETTING, key=SETTINGS_FILE, detail=f"longer than {SETTINGS_BYTES_MAX >> 10} KiB")
        try:
            text = before.decode("utf-8-sig") if before is not None else default_text("virtual:")
        except UnicodeDecodeError as error:
            raise Refusal(Reason.BAD_SETTING, key=SETTINGS_FILE, detail=str(error)) from error
        changed = edit(text)
        settings = parse_settings(changed)  # nothing is written that the next start would refuse
        after = changed.encode()
        if after == before:
            return settings
        if before is not None:
            with whole_file(self.folder / BEFORE) as copy:
                copy.write(before)
            (self.folder / BEFORE).chmod(path.stat().st_mode & 0o777)
        mode = path.stat().st_mode & 0o777 if before is not None else 0o600
        with whole_file(path) as file:
            file.write(after)
        path.chmod(mode)
        return settings


def section_of(name: str) -> tuple[str, ...]:
    """Where a printer stands in the file."""
    if name == MAIN_PRINTER:
        return ("printer",)
    if name not in FURTHER_PRINTERS:
        raise Refusal(Reason.BAD_SETTING, key=f"printer.{name}", detail="one of " + ", ".join(FURTHER_PRINTERS))
    return ("printer", name)


def has_drawer(text: str, name: str) -> bool:
    settings = parse_settings(text)
    return settings.drawer == name
