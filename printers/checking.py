"""What a check of everything asks of paper: printers of the settings, operator's files, codes, bus, queues."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Final, Literal

from PIL import Image

from counter_app.domain.settings import PrinterSettings
from counter_app.errors import DeviceTrouble, Refusal
from counter_app.ports.workshop import CodeTrip, FileFault, PrinterFacts
from printers.codes import drawn, read_picture
from printers.compose import Composer
from printers.layout_preview import LayoutPreview
from printers.opening import check_printer_url, profile_at
from printers.places import IPP_PORT
from printers.profilefile import read_profile
from printers.testpages import CODE_SAMPLE, dots_a_module
from printers.transports import ipp
from printers.transports.base import LinkBroken
from printers.transports.cups import queue_names
from printers.transports.usb import NoUsb, usb_printers

QUEUES_WITHIN_S: Final = 3.0
FILES_MAX: Final = 50
_MARGIN: Final = 20  # dots of white paper around a code that is read back


def printer_facts(printers: Mapping[str, PrinterSettings], own: Path, code: str) -> list[PrinterFacts]:
    """``own``: the folder of the operator's profiles; ``code``: the symbology of the settings."""
    found = []
    for name, one in printers.items():
        try:
            check_printer_url(one.url, own)
            profile = profile_at(one.url, one.profile, own)
        except Refusal as refused:
            wrong = {"printer": "address", "printer profile": "profile"}.get(str(refused.facts.get("setting")), "file")
            why = str(refused.facts.get("why" if wrong == "address" else "detail", refused))
            named = {"profile": str(refused.facts.get("value")), "file": Path(str(refused.facts.get("key"))).stem}
            found.append(
                PrinterFacts(name=name, url=one.url, profile=named.get(wrong, one.profile), refused=why, wrong=wrong)
            )
            continue
        symbology = profile.symbology if "code=" in one.url else code
        found.append(
            PrinterFacts(name=name, url=one.url, profile=profile.name, width=profile.width, symbology=symbology)
        )
    return found


def profile_files(own: Path) -> list[FileFault]:
    """The operator's profiles, each with its first fault."""
    found = []
    for path in sorted(own.glob("*.toml"))[:FILES_MAX] if own.is_dir() else []:
        try:
            read_profile(path)
        except Refusal as refused:
            line, reason = line_of(str(refused.facts.get("detail", refused)))
            found.append(FileFault(file=path.name, line=line, reason=reason))
        else:
            found.append(FileFault(file=path.name))
    return found


def line_of(detail: str) -> tuple[int, str]:
    """``line 7: not a number`` → 7 and its reason; 0 where no line is named."""
    head, colon, rest = detail.partition(":")
    number = head.removeprefix("line ").strip()
    if colon and head.startswith("line ") and number.isdigit():
        return int(number), rest.strip()
    return 0, detail


def layout_files(resources: Path, own: Path) -> list[FileFault]:
    """The operator's layouts; a file that holds is drawn in every language and width as well."""
    if not own.is_dir():
        return []
    preview = LayoutPreview(Composer(resources, own))
    troubles = {str(one.facts.get("file", "")): one for one in preview.troubles()}
    found = []
    for path in sorted(own.glob("*.toml"))[:FILES_MAX]:
        refused = troubles.get(path.name)
        if refused is None:
            try:
                preview.check_file(path)
            except Refusal as trouble:
                refused = trouble
        if refused is None:
            found.append(FileFault(file=path.name))
        else:
            line = int(str(refused.facts.get("line", 0)))
            reason = f"{refused.facts.get('code', '')} {refused.facts.get('detail', '')}".strip()
            found.append(FileFault(file=path.name, line=line, reason=reason, why=refused))
    return found


def code_trip(width: int, symbology: str) -> CodeTrip:
    """As large as a ticket's code can be, drawn for this width, and read back from the picture."""
    kind: Literal["aztec", "qr"] = "qr" if symbology == "qr" else "aztec"
    picture = drawn(CODE_SAMPLE, room=width, symbology=kind)
    paper = Image.new("L", (width + 2 * _MARGIN, picture.height + 2 * _MARGIN), 255)
    paper.paste(picture.point(lambda level: 255 - level), (_MARGIN + (width - picture.width) // 2, _MARGIN))
    file = BytesIO()
    paper.save(file, "PNG", compress_level=1)
    dots = dots_a_module(picture.width, kind)
    try:
        texts = read_picture(file.getvalue())
    except Refusal as refused:
        return CodeTrip(width=width, symbology=kind, dots=dots, detail=str(refused))
    return CodeTrip(width=width, symbology=kind, dots=dots, detail="" if texts == [CODE_SAMPLE] else "another text")


def usb_names() -> list[str]:
    """Raises DeviceTrouble: the system has no libusb."""
    try:
        return [one.model or one.url for one in usb_printers()]
    except NoUsb as absent:
        raise DeviceTrouble("usb", str(absent)) from absent


def spool_queues(host: str = "localhost", port: int = IPP_PORT) -> list[str]:
    """Their names. Raises DeviceTrouble: no print service answers."""
    try:
        return [name for name, _make in queue_names(host, port, within_s=QUEUES_WITHIN_S, stop=Event())]
    except (OSError, UnicodeError, ipp.BadAnswer, LinkBroken) as trouble:
        raise DeviceTrouble("cups", str(trouble)) from trouble
