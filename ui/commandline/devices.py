"""``counterfoil devices``: what ``devices.toml`` says, whether it is right, and whether each device is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from counter_app.domain.device_settings import DeviceSettings, ReaderSettings
from counter_app.errors import DeviceTrouble
from ui.commandline.commands import pad, print_json

Line = dict[str, str]
Test = Callable[[], str]  # what was found, in words; raises DeviceTrouble
DONE, REFUSED = 0, 3


def listed(settings: DeviceSettings) -> list[Line]:
    """One line a device, without passwords."""
    return list(_listed(settings))


def _listed(settings: DeviceSettings) -> Iterator[Line]:
    terminal, display = settings.terminal, settings.customer_display
    if terminal is not None:
        detail = f"{terminal.name}, {terminal.currency or 'the profile'}'s currency, slips by the {terminal.prints}"
        yield _line("terminal", terminal.kind, str(terminal.address), detail)
    if display is not None:
        yield _line(
            "customer_display", display.kind, str(display.address), f"{display.encoding}, language {display.language}"
        )
    for name, reader in (("scanner", settings.scanner), ("id_reader", settings.id_reader)):
        if reader is not None:
            yield _line(name, reader.kind, str(reader.address or "as a keyboard"), _framing(reader))
    window = settings.customer_window
    if window is not None:
        opened = "opened at start" if window.open_at_start else "opened by the clerk"
        yield _line("customer_window", "window", window.screen or "the other monitor", f"{window.language}, {opened}")


def list_devices(settings: DeviceSettings, *, as_json: bool) -> int:
    return _print(listed(settings), as_json=as_json)


def try_devices(settings: DeviceSettings, tests: Mapping[str, Test], *, only: str = "", as_json: bool = False) -> int:
    """Each device is opened, one after the other. 0: all there; 3: one is not. No money is moved by it."""
    found: list[Line] = []
    failed = False
    for line in listed(settings):
        if only and line["device"] != only:
            continue
        test = tests.get(line["device"])
        try:
            line["found"] = test() if test is not None else "not tested: it needs the window"
            line["state"] = "ok" if test is not None else "untested"
        except DeviceTrouble as trouble:
            line["found"], line["state"] = trouble.detail, "trouble"
            failed = True
        found.append(line)
    _print(found, as_json=as_json)
    return REFUSED if failed else DONE


def _line(device: str, kind: str, where: str, detail: str) -> Line:
    return {"device": device, "kind": kind, "where": where, "detail": detail}


def _framing(reader: ReaderSettings) -> str:
    prefix = f"prefix {reader.prefix!r}, " if reader.prefix else ""
    return f"{prefix}suffix {reader.suffix!r}, at most {reader.length_max} characters"


def _print(lines: list[Line], *, as_json: bool) -> int:
    if as_json:
        print_json(list(lines))
        return DONE
    if not lines:
        print("no devices besides the printer")
    for line in lines:
        state = line.get("state", "")
        shown = [pad(state.upper() if state == "trouble" else state, 9)] if state else []
        shown += [
            pad(line["device"], 18),
            pad(line["kind"], 9),
            f"{line['where']}  {line.get('found', line['detail'])}",
        ]
        print("".join(shown))
    return DONE
