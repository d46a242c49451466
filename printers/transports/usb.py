"""USB printers of the printer class, by libusb: bulk out, bulk in, and the port's own status byte.

Sources: USB Device Class Definition for Printing Devices 1.1 (4.2 GET_DEVICE_ID, GET_PORT_STATUS; 5 interfaces);
pyusb's tutorial. Devices that are no printers are told by their descriptors alone: none of them is opened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

from counter_app.errors import DeviceTrouble
from printers.transports.base import Limit, Link, LinkBroken

_PRINTER_CLASS: Final = 7
_PROTOCOLS: Final = (2, 1, 3)  # two-way, one-way, IEEE 1284.4; 4 is IPP over USB, which is no raw line
_CHUNK: Final = 4096
_DRAIN_MS: Final = 1  # 0 would be for ever
_ID_BYTES_MAX: Final = 1024


class NoUsb(Exception):  # noqa: N818 - what is missing
    """There is no libusb on this machine, or it may not be used."""


def system_bus() -> Any:
    """The backend of pyusb over the libusb that comes as a wheel, else the system's. Raises ``NoUsb``."""
    try:
        import libusb_package  # noqa: PLC0415 - only counters with a USB printer need it
        import usb.backend.libusb1  # noqa: PLC0415
    except ImportError as missing:
        raise NoUsb(str(missing)) from missing
    try:
        backend = libusb_package.get_libusb1_backend() or usb.backend.libusb1.get_backend()
    except Exception as trouble:  # libusb could not start, as in some containers
        raise NoUsb(str(trouble)) from trouble
    if backend is None:
        raise NoUsb("no libusb")
    return backend


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPrinter:
    """One that is plugged in. ``device_id``: what it says of itself (IEEE 1284), "" where it may not be asked."""

    vendor: int
    product: int
    serial: str
    device_id: str

    @property
    def url(self) -> str:
        return f"usb://{self.vendor:04x}:{self.product:04x}" + (f"/{self.serial}" if self.serial else "")

    @property
    def model(self) -> str:
        """Maker and model ("EPSON TM-T20III"), empty when it does not tell."""
        parts = dict(part.split(":", 1) for part in self.device_id.split(";") if ":" in part)
        told = {key.strip().upper(): value.strip() for key, value in parts.items()}
        maker = told.get("MFG") or told.get("MANUFACTURER", "")
        model = told.get("MDL") or told.get("MODEL", "")
        return model if model.upper().startswith(maker.upper()) else f"{maker} {model}".strip()


def usb_printers(bus: Callable[[], Any] = system_bus) -> list[UsbPrinter]:
    """Those that are plugged in now. Raises ``NoUsb``."""
    import usb.core  # noqa: PLC0415
    import usb.util  # noqa: PLC0415

    found = []
    for device in _devices(usb.core, bus()):
        interface = _interface(device)
        if interface is None:
            continue
        try:
            serial = _text(device, device.iSerialNumber)
            device_id = _device_id(device, interface)
            if not device_id:
                maker, model = _text(device, device.iManufacturer), _text(device, device.iProduct)
                device_id = f"MFG:{maker};MDL:{model};" if model else ""
        finally:
            usb.util.dispose_resources(device)
        found.append(UsbPrinter(vendor=device.idVendor, product=device.idProduct, serial=serial, device_id=device_id))
    return found


class UsbOpener:
    """``bus`` is asked anew for each conversation: a printer that was unplugged and came back has another address."""

    keeps_answers = True

    def __init__(
        self,
        vendor: int,
        product: int,
        serial: str = "",
        *,
        bus: Callable[[], Any] = system_bus,
        bytes_per_s: int = 20_000,
    ) -> None:
        self._vendor = vendor
        self._product = product
        self._serial = serial
        self._bus = bus
        self._bytes_per_s = bytes_per_s  # the head's pace, not the wire's
        self.where = f"usb {vendor:04x}:{product:04x}" + (f" {serial}" if serial else "")

    def open(self, within_s: float, stop: Event) -> Link:
        import usb.core  # noqa: PLC0415
        import usb.util  # noqa: PLC0415

        Limit(within_s, stop).check()
        try:
            device = self._find(usb.core)
        except NoUsb as missing:
            raise DeviceTrouble(self.where, f"no USB on this machine: {missing}") from missing
        except usb.core.USBError as trouble:
            raise DeviceTrouble(self.where, f"not reachable: {trouble}") from trouble
        interface = _interface(device)
        if interface is None:
            raise DeviceTrouble(self.where, "no printer: it has no interface of that class")
        number = interface.bInterfaceNumber
        try:
            with contextlib.suppress(NotImplementedError):  # no kernel drivers but on Linux
                if device.is_kernel_driver_active(number):
                    device.detach_kernel_driver(number)
            _configure(device)
            usb.util.claim_interface(device, number)
            if interface.bAlternateSetting:
                device.set_interface_altsetting(number, interface.bAlternateSetting)
        except usb.core.USBError as trouble:  # EACCES: no right to it (docs/printing.md, udev); EBUSY: another program
            usb.util.dispose_resources(device)
            raise DeviceTrouble(self.where, f"not reachable: {trouble}") from trouble
        return _UsbLink(device, interface, stop)

    def seconds_for(self, count: int) -> float:
        return count / self._bytes_per_s

    def _find(self, core: Any) -> Any:
        found = [
            device
            for device in _devices(core, self._bus())
            if (device.idVendor, device.idProduct) == (self._vendor, self._product)
        ]
        if self._serial:
            found = [device for device in found if _text(device, device.iSerialNumber) == self._serial]
        if not found:
            raise DeviceTrouble(self.where, "not plugged in, or switched off")
        if len(found) > 1:
            raise DeviceTrouble(self.where, "there are several of them: name the serial number, usb://VID:PID/SERIAL")
        return found[0]


def _devices(core: Any, backend: Any) -> Iterator[Any]:
    yield from core.find(find_all=True, backend=backend) or ()


def _interface(device: Any) -> Any | None:
    """The printer interface with a bulk endpoint out; two-way before one-way. By descriptors: nothing is opened."""
    import usb.core  # noqa: PLC0415

    try:
        found = list(device[0])
    except (usb.core.USBError, IndexError):
        return None
    fit = [
        interface
        for interface in found
        if interface.bInterfaceClass == _PRINTER_CLASS
        and interface.bInterfaceProtocol in _PROTOCOLS
        and _endpoint(interface, inwards=False) is not None
    ]
    return min(fit, key=lambda one: _PROTOCOLS.index(one.bInterfaceProtocol), default=None)


def _configure(device: Any) -> None:
    """A printer that nobody used yet may have no configuration; setting it again would reset it."""
    import usb.core  # noqa: PLC0415

    try:
        device.get_active_configuration()
    except usb.core.USBError:
        device.set_configuration()


def _endpoint(interface: Any, *, inwards: bool) -> Any | None:
    for endpoint in interface:
        if endpoint.bmAttributes & 0x03 == 0x02 and bool(endpoint.bEndpointAddress & 0x80) is inwards:  # bulk
            return endpoint
    return None


def _text(device: Any, index: int) -> str:
    """One of its texts; empty where it has none, or may not be asked."""
    import usb.core  # noqa: PLC0415
    import usb.util  # noqa: PLC0415

    if not index:
        return ""
    try:
        return str(usb.util.get_string(device, index) or "").strip()
    except (usb.core.USBError, ValueError):  # ValueError: no right to ask for its language
        return ""


def _device_id(device: Any, interface: Any) -> str:
    """Empty where a driver of the system has the interface: it is not taken away for a name."""
    import usb.core  # noqa: PLC0415

    index = interface.bInterfaceNumber << 8 | interface.bAlternateSetting
    try:
        data = bytes(device.ctrl_transfer(0xA1, 0, 0, index, _ID_BYTES_MAX, timeout=500))
    except (usb.core.USBError, NotImplementedError):
        return ""
    return data[2:].decode("latin-1").strip("\x00 ")  # two bytes of length before it


class _UsbLink:
    def __init__(self, device: Any, interface: Any, stop: Event) -> None:
        import usb.core  # noqa: PLC0415

        self._device = device
        self._number = interface.bInterfaceNumber
        self._out = _endpoint(interface, inwards=False)
        self._in = _endpoint(interface, inwards=True)
        self._stop = stop
        self._timeout: type[Exception] = usb.core.USBTimeoutError
        self._error: type[Exception] = usb.core.USBError

    def write(self, data: bytes, within_s: float) -> None:
        assert self._out is not None
        limit = Limit(within_s, self._stop)
        sent = 0
        while sent < len(data):
            limit.check(sent)
            try:
                sent += self._out.write(data[sent : sent + _CHUNK], timeout=_ms(limit.slice_s))
            except self._timeout:
                pass  # it takes nothing now
            except self._error as trouble:
                # How much of the piece has left nobody says, and a short slip is one piece: that counts as sent.
                raise LinkBroken("closed", sent + 1) from trouble
            if limit.over and sent < len(data):
                raise LinkBroken("stalled", sent)

    def read(self, within_s: float) -> bytes:
        limit = Limit(within_s, self._stop)
        while True:
            limit.check()
            data = b""
            if self._in is not None:
                try:
                    data = bytes(self._in.read(self._in.wMaxPacketSize * 8, timeout=_ms(limit.slice_s)))
                except self._timeout:
                    pass
                except self._error as trouble:
                    raise LinkBroken("closed") from trouble
            if data or limit.over:
                return data
            self._stop.wait(min(limit.slice_s, 0.002))  # some printers answer at once, with nothing

    def port_error(self) -> str:
        """GET_PORT_STATUS. Many printers say 0x18 whatever is the matter: only trouble is believed."""
        try:
            status = bytes(self._device.ctrl_transfer(0xA1, 1, 0, self._number, 1, timeout=500))
        except (self._error, NotImplementedError):
            return ""
        if len(status) != 1 or not status[0]:
            return ""
        if status[0] & 0x20:
            return "paper_out"
        return "" if status[0] & 0x08 else "error"

    def close(self) -> None:
        import usb.util  # noqa: PLC0415

        with contextlib.suppress(self._error):
            usb.util.dispose_resources(self._device)


def _ms(seconds: float) -> int:
    return max(_DRAIN_MS, round(seconds * 1000))
