"""How much one window, one address may ask for."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from central.shell.limits import Buckets, Gate, Limits, Peers, Rate, network_of


def test_a_bucket_fills_up_again_and_not_above_its_burst() -> None:
    """A counter that was told to wait can go on after exactly that time."""
    bucket = Buckets(Rate(per_s=2, burst=3), 10)
    assert [bucket.take("a", 0) for _ in range(3)] == [0, 0, 0]
    wait = bucket.take("a", 0)
    assert wait == pytest.approx(0.5)
    assert bucket.take("a", wait) == 0
    assert [bucket.take("a", 1_000) for _ in range(4)] == [0, 0, 0, pytest.approx(0.5)]


def test_one_key_does_not_use_up_another_ones_share() -> None:
    bucket = Buckets(Rate(per_s=1, burst=1), 10)
    assert bucket.take("a", 0) == 0
    assert bucket.take("a", 0) > 0
    assert bucket.take("b", 0) == 0


def test_memory_is_bounded_and_the_longest_unused_is_forgotten() -> None:
    """A million made-up device ids must not fill central's memory."""
    bucket = Buckets(Rate(per_s=0, burst=1), 100)
    for n in range(1_000):
        assert bucket.take(n, 0) == 0
    assert len(bucket) == 100


def test_a_charge_goes_below_zero_by_one_burst_at_most() -> None:
    """An address that guessed keys all night is let in again within a known time."""
    bucket = Buckets(Rate(per_s=1, burst=10), 10)
    for _ in range(1_000):
        bucket.charge("a", 0, 50)
    assert bucket.take("a", 10.5) == pytest.approx(0.5)
    assert bucket.take("a", 11) == 0


def test_who_says_to_be_a_window_from_elsewhere_takes_nothing_from_it() -> None:
    """The signature is checked later: until then a device's name counts only together with its address."""
    gate = Gate(Limits(device=Rate(per_s=0.001, burst=2)))
    ask = {"device": "w1", "signed_route": True, "now_s": 0.0}
    assert [bool(gate.wait_s(peer="bad", **ask)) for _ in range(3)] == [False, False, True]  # type: ignore[arg-type]
    assert gate.wait_s(peer="good", **ask) == 0  # type: ignore[arg-type]


def test_without_a_signature_nobodys_share_is_used() -> None:
    """A stray program that names a window's id hears 401, as it should, and the window goes on selling."""
    gate = Gate(Limits(device=Rate(per_s=0.001, burst=1)))
    assert [gate.wait_s(peer="p", device=None, signed_route=True, now_s=0) for _ in range(3)] == [0, 0, 0]
    assert gate.wait_s(peer="p", device="w1", signed_route=True, now_s=0) == 0
    assert gate.wait_s(peer="p", device="w1", signed_route=True, now_s=0) > 0


def test_a_key_that_was_tried_costs_more_than_none() -> None:
    gate = Gate(Limits(peer=Rate(per_s=0.001, burst=100), failed_cost=50, unsealed_cost=5))

    def refused(peer: str, *, tried: bool) -> int:
        for n in range(100):
            if gate.wait_s(peer=peer, device=None, signed_route=True, now_s=0):
                return n
            gate.failed(peer, 0, tried=tried)
        raise AssertionError("no end")

    assert (refused("a", tried=True), refused("b", tried=False)) == (2, 17)


def test_unsigned_questions_have_a_share_of_their_own() -> None:
    gate = Gate(Limits(unsigned=Rate(per_s=0.001, burst=1)))
    assert gate.wait_s(peer="p", device="", signed_route=False, now_s=0) == 0
    assert gate.wait_s(peer="p", device="", signed_route=False, now_s=0) > 0
    assert gate.wait_s(peer="p", device="w1", signed_route=True, now_s=0) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("no:address", "no:address"),
    ],
)
def test_an_ipv6_host_is_its_network(address: str, network: str) -> None:
    """It has 2^64 addresses to come from."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("client", "forwarded", "peer"),
    [
        ("10.0.0.1", [b"203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", [b"198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", [b"198.51.100.1", b"203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", [b"203.0.113.7:4711"], "203.0.113.7"),
        ("::ffff:10.0.0.1", [b"[2001:db8::7]:4711"], "2001:db8::"),
        ("10.0.0.1", [b"198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", [b"198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [b"10.0.0.3"], "10.0.0.3"),
        ("192.0.2.1", [b"203.0.113.7"], "192.0.2.1"),
    ],
)
def test_behind_our_own_proxy_the_address_before_it_counts(client: str, forwarded: list[bytes], peer: str) -> None:
    """Every window of the country in one bucket; or anybody who names an address of their own at each request."""
    headers = [(b"host", b"c"), *((b"x-forwarded-for", one) for one in forwarded)]
    assert Peers([ip_network("10.0.0.0/24")]).of(client, headers) == peer
    assert Peers().of(client, headers) == network_of(client)
