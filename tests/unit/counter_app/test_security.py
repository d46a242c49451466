"""Keys, passwords and sealing: what is signed, kept out and kept secret."""

from __future__ import annotations

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.security import Argon2Passwords, Sealed, Sealer, SigningKey, Unsealable, key_id, verify

KEY = SigningKey(bytes(range(32)))


def test_a_signature_of_one_purpose_passes_for_no_other() -> None:
    """A signed journal hash must not pass for a ticket."""
    signature = KEY.sign("journal", b"x")
    assert verify(KEY.public, "journal", b"x", signature)
    assert not verify(KEY.public, "ticket", b"x", signature)
    assert not verify(KEY.public, "journal", b"y", signature)
    assert not verify(SigningKey(bytes(32)).public, "journal", b"x", signature)
    assert not verify(b"short", "journal", b"x", signature)
    assert len(signature) == 64
    assert KEY.key_id == key_id(KEY.public) == KEY.key_id[:8]
    assert SigningKey(KEY.private_bytes()).public == KEY.public


ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19


def test_a_signature_has_one_spelling() -> None:
    """Two texts for one ticket: a list of those that were let through would not know the second."""
    signature = KEY.sign("ticket", b"x")
    point, s = signature[:32], int.from_bytes(signature[32:], "little")
    assert verify(KEY.public, "ticket", b"x", signature)
    for other in (
        point + (s + ORDER).to_bytes(32, "little"),
        point + (ORDER - s).to_bytes(32, "little"),
        signature[:31] + bytes([signature[31] ^ 0x80]) + signature[32:],
        signature + b"\0",
        signature[:-1],
        b"",
    ):
        assert not verify(KEY.public, "ticket", b"x", other)


@pytest.mark.parametrize("high", [0, 1 << 255])
@pytest.mark.parametrize(
    "y",
    [
        0,
        1,
        PRIME - 1,
        PRIME,
        PRIME + 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    ],
)
def test_no_point_of_small_order_is_a_key(y: int, high: int) -> None:
    """A window that has such a key certified: everybody could sign its tickets, without knowing anything."""
    point = (y | high).to_bytes(32, "little")
    for other in (point, (1).to_bytes(32, "little"), KEY.public):
        for s in (0, 1):
            assert not verify(point, "ticket", b"x", other + s.to_bytes(32, "little"))
    assert not verify(KEY.public, "ticket", b"x", point + bytes(32))


def test_passwords_use_argon2id_at_its_recommended_cost() -> None:
    """A stolen store must cost its thief a tenth of a second and 64 MiB for each guess."""
    found = argon2.extract_parameters(Argon2Passwords().hash("correct horse"))
    assert found.type is argon2.Type.ID
    assert found.memory_cost >= 64 * 1024
    assert found.time_cost >= 3


def test_an_unknown_login_costs_what_a_known_one_costs() -> None:
    """Otherwise the clock tells which logins exist. Counted in the library's own work, not in seconds."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=512, parallelism=1)
    passwords = Argon2Passwords(hasher)
    stored = passwords.hash("correct horse")
    assert argon2.extract_parameters(passwords._nobody) == argon2.extract_parameters(stored)
    assert passwords.matches(stored, "correct horse")
    assert not passwords.matches(stored, "wrong")
    assert not passwords.matches(None, "correct horse")
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # it is hashed and compared, not refused for its form
        hasher.verify(passwords._nobody, "correct horse")
    assert not passwords.matches("no hash", "x")


@given(plain=st.binary(max_size=200), at=st.integers(0), bit=st.integers(0, 7))
def test_a_sealed_record_opens_whole_or_not_at_all(plain: bytes, at: int, bit: int) -> None:
    """A name changed by one bit on the disk must not be printed on a ticket."""
    sealer = Sealer(bytes(32), bytes(32))
    sealed = sealer.seal(b"one", plain, entropy=bytes(range(56)))
    assert sealer.open(b"one", sealed) == plain
    content = bytearray(sealed.record + sealed.wrapped_key)
    content[at % len(content)] ^= 1 << bit
    changed = Sealed(bytes(content[: len(sealed.record)]), bytes(content[len(sealed.record) :]))
    for subject, wrong in ((b"one", changed), (b"two", sealed), (b"one", Sealed(b"", b""))):
        with pytest.raises(Unsealable):
            sealer.open(subject, wrong)
    with pytest.raises(Unsealable):
        Sealer(bytes([1]) * 32, bytes(32)).open(b"one", sealed)


def test_document_tags_need_the_operators_key() -> None:
    """Eighteen digits can be tried one by one; without the key nobody can tell whether a guess is right."""
    ours, theirs = Sealer(bytes(32), bytes(32)), Sealer(bytes(32), bytes([1]) * 32)
    assert ours.document_tag("E12345678") == ours.document_tag("E12345678")
    assert ours.document_tag("E12345678") != ours.document_tag("E12345679")
    assert ours.document_tag("E12345678") != theirs.document_tag("E12345678")
