"""How much one window, one address may ask for: token buckets in bounded memory.

The signature is checked after this, so what a request says about its device counts only together with where it came
from: nobody uses up another window's share from elsewhere. A refused signature or code costs its address extra: much
where a key or a code was tried, little where there was no seal to try one with.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HOPS_MAX: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    per_s: float
    burst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One address may be a whole station, or the operator's proxy: its share is that of many windows."""

    device: Rate = Rate(per_s=100, burst=400)
    peer: Rate = Rate(per_s=5_000, burst=10_000)
    unsigned: Rate = Rate(per_s=2, burst=40)  # per address: enrolment and the clock
    house: Rate = Rate(per_s=10, burst=100)  # per address: the house's own routes that ask the database
    failed_cost: float = 50  # of the address's tokens, for a request that was not who it said
    unsealed_cost: float = 9  # the same, for one that was refused before any key was looked up or tried
    buckets_max: int = 20_000


class Buckets:
    """One bucket a key; the one unused for longest is forgotten first (and would be full again by then)."""

    def __init__(self, rate: Rate, most: int) -> None:
        self._rate = rate
        self._most = most
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: Hashable, now_s: float, cost: float = 1) -> float:
        """0: granted. Otherwise seconds until it would be; nothing was taken."""
        rate = self._rate
        level, since = self._levels.get(key, (rate.burst, now_s))
        level = min(rate.burst, level + (now_s - since) * rate.per_s)
        if level < cost:
            self._put(key, level, now_s)
            return (cost - level) / rate.per_s
        self._put(key, level - cost, now_s)
        return 0

    def charge(self, key: Hashable, now_s: float, cost: float) -> None:
        """Taken in any case: the level may go below zero, by one burst at most."""
        rate = self._rate
        level, since = self._levels.get(key, (rate.burst, now_s))
        level = min(rate.burst, level + (now_s - since) * rate.per_s)
        self._put(key, max(-rate.burst, level - cost), now_s)

    def _put(self, key: Hashable, level: float, now_s: float) -> None:
        self._levels[key] = (level, now_s)
        self._levels.move_to_end(key)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)


class Gate:
    """The limits together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._devices = Buckets(limits.device, limits.buckets_max)
        self._peers = Buckets(limits.peer, limits.buckets_max)
        self._unsigned = Buckets(limits.unsigned, limits.buckets_max)
        self._house = Buckets(limits.house, limits.buckets_max)

    def wait_s(self, *, peer: str, device: str | None, signed_route: bool, now_s: float) -> float:
        """0: go on. ``device`` None: the request bears nothing that could be a signature, and so names no device."""
        wait = self._peers.take(peer, now_s)
        if wait:
            return wait
        if signed_route and device is None:
            return 0
        if signed_route:
            return self._devices.take((peer, device), now_s)
        return self._unsigned.take(peer, now_s)

    def house_wait_s(self, *, peer: str, now_s: float) -> float:
        """As ``wait_s``, of whether central is ready and of its numbers."""
        return self._house.take(peer, now_s)

    def failed(self, peer: str, now_s: float, *, tried: bool) -> None:
        """``tried``: a key or a code."""
        self._peers.charge(peer, now_s, self._limits.failed_cost if tried else self._limits.unsealed_cost)


class Peers:
    """From where a request came: the connection's other end, or where that is a proxy of ours, whom it came from."""

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)

    def of(self, client: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """``network_of`` the last hop that is none of our proxies; what stands before it in X-Forwarded-For is only

        somebody's word.
        """
        if not self._proxies or not self._trusted(client):
            return network_of(client)
        hops = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
        came_from = client
        for hop in reversed(hops.split(",")[-HOPS_MAX:]):
            address = _address(hop)
            if address is None:
                break
            came_from = str(address)
            if not self._trusted(came_from):
                break
        return network_of(came_from)

    def _trusted(self, client: str) -> bool:
        address = _address(client)
        return address is not None and any(address in proxy for proxy in self._proxies)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Also with a port, ``192.0.2.1:443`` or ``[2001:db8::1]:443``."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return found if mapped is None else mapped


def network_of(address: str) -> str:
    """An IPv4 address as it is; of an IPv6 one its /64, since a host has all of that."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)).network_address)
