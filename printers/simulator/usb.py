# ruff: noqa: ARG002 - pyusb gives more than a bus in software needs
"""A USB bus in software, as pyusb asks for one (``usb.backend.IBackend``): its printers' bulk endpoints lead over real
sockets to simulated printers. Devices are plugged and pulled while the driver looks.
"""

from __future__ import annotations

import errno
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

PRINTER_CLASS = 7
_OUT, _IN = 0x01, 0x82
_PACKET = 64


@dataclass(slots=True, eq=False)
class Gadget:
    """One device. ``address``: of the simulated printer behind it, None for a device that is no printer.

    ``one_way``: it has no endpoint in. ``denied``: the user may not open it. ``opened``: how often it was.
    """

    vendor: int
    product: int
    serial: str = ""
    device_id: str = ""
    maker: str = ""
    name: str = ""
    address: tuple[str, int] | None = None
    interface_class: int = PRINTER_CLASS
    one_way: bool = False
    denied: bool = False
    port_status: Callable[[], int] = lambda: 0x18
    opened: int = 0
    plugged: bool = False
    claimed: bool = False
    kernel_driver: bool = True
    _line: socket.socket | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def line(self) -> socket.socket:
        """The endpoints' line: it lasts as long as the plug is in, whoever opens and closes the device."""
        with self._lock:
            if not self.plugged or self.address is None:
                raise _gone()
            if self._line is None:
                try:
                    self._line = socket.create_connection(self.address, timeout=5)
                except OSError as nobody:
                    raise _gone() from nobody
                self._line.setblocking(False)
            return self._line

    def drop(self) -> None:
        with self._lock:
            if self._line is not None:
                self._line.close()
                self._line = None
            self.claimed = False


class SimulatedBus(usb.backend.IBackend):  # type: ignore[misc]
    """``bus.plug(Gadget(…))``; a driver gets it as its backend: ``UsbOpener(…, bus=lambda: bus)``."""

    def __init__(self) -> None:
        super().__init__()
        self._gadgets: list[Gadget] = []
        self._addresses = iter(range(1, 1 << 30))

    def plug(self, gadget: Gadget) -> Gadget:
        gadget.plugged = True
        gadget.kernel_driver = True
        self._gadgets.append(gadget)
        return gadget

    def unplug(self, gadget: Gadget) -> None:
        gadget.plugged = False
        self._gadgets.remove(gadget)
        gadget.drop()

    def close(self) -> None:
        for gadget in list(self._gadgets):
            self.unplug(gadget)

    # ---- what pyusb asks

    def enumerate_devices(self) -> Iterator[Gadget]:
        return iter(list(self._gadgets))

    def get_parent(self, dev: Gadget) -> None:
        return None

    def get_device_descriptor(self, dev: Gadget) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100,
            iManufacturer=1 if dev.maker else 0, iProduct=2 if dev.name else 0, iSerialNumber=3 if dev.serial else 0,
            bNumConfigurations=1, bus=1,
            address=next(self._addresses), port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Gadget, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Gadget, intf: int, alt: int, config: int) -> SimpleNamespace:
        if intf or alt or config:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=1 if dev.one_way else 2, bInterfaceClass=dev.interface_class, bInterfaceSubClass=1,
            bInterfaceProtocol=1 if dev.one_way else 2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Gadget, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(_OUT, _IN)[ep], bmAttributes=2, wMaxPacketSize=_PACKET,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: Gadget) -> Gadget:
        if not dev.plugged:
            raise _gone()
        if dev.denied:
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, errno.EACCES)
        dev.opened += 1
        return dev

    def close_device(self, dev_handle: Gadget) -> None:
        dev_handle.claimed = False

    def set_configuration(self, dev_handle: Gadget, config_value: int) -> None:
        self._there(dev_handle)

    def get_configuration(self, dev_handle: Gadget) -> int:
        self._there(dev_handle)
        return 1

    def set_interface_altsetting(self, dev_handle: Gadget, intf: int, altsetting: int) -> None:
        self._there(dev_handle)

    def claim_interface(self, dev_handle: Gadget, intf: int) -> None:
        self._there(dev_handle)
        if dev_handle.claimed or dev_handle.kernel_driver:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        dev_handle.claimed = True

    def release_interface(self, dev_handle: Gadget, intf: int) -> None:
        dev_handle.claimed = False
        self._there(dev_handle)

    def is_kernel_driver_active(self, dev_handle: Gadget, intf: int) -> bool:
        return dev_handle.kernel_driver

    def detach_kernel_driver(self, dev_handle: Gadget, intf: int) -> None:
        dev_handle.kernel_driver = False

    def clear_halt(self, dev_handle: Gadget, ep: int) -> None:
        self._there(dev_handle)

    def bulk_write(self, dev_handle: Gadget, ep: int, intf: int, data: Any, timeout: int) -> int:
        """What the printer took within ``timeout`` ms; a part is told as a part."""
        line, whole, sent = self._line(dev_handle), data.tobytes(), 0
        end = time.monotonic() + timeout / 1000
        while sent < len(whole):
            try:
                _, writable, _ = select.select([], [line], [], max(0.0, end - time.monotonic()))
                if not writable:
                    break
                sent += line.send(whole[sent : sent + _PACKET * 16])
            except BlockingIOError:
                continue
            except (OSError, ValueError) as broken:  # ValueError: pulled, and its socket closed meanwhile
                dev_handle.drop()
                raise _gone() from broken
        if not sent and whole:
            raise _timeout()
        return sent

    def bulk_read(self, dev_handle: Gadget, ep: int, intf: int, buff: Any, timeout: int) -> int:
        line = self._line(dev_handle)
        try:
            readable, _, _ = select.select([line], [], [], timeout / 1000)
            data = line.recv(len(buff)) if readable else None
        except (OSError, ValueError) as broken:
            dev_handle.drop()
            raise _gone() from broken
        if data is None:
            raise _timeout()
        if not data:
            dev_handle.drop()
            raise _gone()
        buff[: len(data)] = type(buff)("B", data)
        return len(data)

    def ctrl_transfer(
        self, dev_handle: Gadget, kind: int, request: int, value: int, index: int, data: Any, timeout: int
    ) -> int:
        self._there(dev_handle)
        match (kind, request):
            case (0x80, 6):  # a text: its languages, then UTF-16
                texts = ("", dev_handle.maker, dev_handle.name, dev_handle.serial)
                said = texts[value & 0xFF].encode("utf-16-le") if value & 0xFF else b"\x09\x04"
                said = bytes((len(said) + 2, 3)) + said
            case (0xA1, 0):
                told = dev_handle.device_id.encode("latin-1")
                said = (len(told) + 2).to_bytes(2, "big") + told
            case (0xA1, 1):
                said = bytes((dev_handle.port_status(),))
            case _:
                raise usb.core.USBError("Pipe error", -9, errno.EPIPE)
        said = said[: len(data)]
        data[: len(said)] = type(data)("B", said)
        return len(said)

    @staticmethod
    def _there(gadget: Gadget) -> None:
        if not gadget.plugged:
            raise _gone()

    @staticmethod
    def _line(gadget: Gadget) -> socket.socket:
        if not gadget.claimed:
            raise usb.core.USBError("Invalid parameter", -2, errno.EINVAL)
        return gadget.line()


def _gone() -> Exception:
    gone: Exception = usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)
    return gone


def _timeout() -> Exception:
    timeout: Exception = usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
    return timeout
