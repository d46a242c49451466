"""How much one window, one address may ask for: token buckets in bounded memory.

The signature is checked after this, so what a request says about its device counts only together with where it came
from: nobody uses up another window's share from elsewhere. A refused signature or code costs its address extra.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


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
    failed_cost: float = 50  # of the address's tokens, for a request that was not who it said
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
    """The three limits together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._devices = Buckets(limits.device, limits.buckets_max)
        self._peers = Buckets(limits.peer, limits.buckets_max)
        self._unsigned = Buckets(limits.unsigned, limits.buckets_max)

    def wait_s(self, *, peer: str, device: str, signed_route: bool, now_s: float) -> float:
        """0: go on."""
        wait = self._peers.take(peer, now_s)
        if wait:
            return wait
        if signed_route:
            return self._devices.take((peer, device), now_s)
        return self._unsigned.take(peer, now_s)

    def failed(self, peer: str, now_s: float) -> None:
        self._peers.charge(peer, now_s, self._limits.failed_cost)


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
