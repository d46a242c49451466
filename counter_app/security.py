"""Keys, passwords and sealing: the one module of the core that touches the cryptography libraries (decisions 6).

Ed25519 for signatures, argon2id for passwords, AES-256-GCM for personal data, HMAC-SHA-256 for looking it up.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import argon2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

# ------------------------------------------------------------------------------------------------- signatures


def _prefixed(purpose: str, message: bytes) -> bytes:
    """What is signed: no signature of one purpose passes for another's."""
    assert purpose.isascii(), purpose
    assert "\0" not in purpose
    return b"counterfoil/" + purpose.encode() + b"\0" + message


def key_id(public_key: bytes) -> bytes:
    """First 8 bytes of SHA-256 of the raw public key."""
    return sha256(public_key).digest()[:8]


class SigningKey:
    """An Ed25519 private key; a ``ports.clock.Signer``. ``private`` are its 32 raw bytes."""

    __slots__ = ("_key", "_key_id", "public")

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public: bytes = self._key.public_key().public_bytes_raw()
        self._key_id = key_id(self.public)

    @classmethod
    def generate(cls, entropy: bytes) -> SigningKey:
        """From 32 unpredictable bytes."""
        assert len(entropy) == 32
        return cls(entropy)

    @property
    def key_id(self) -> bytes:
        return self._key_id

    def private_bytes(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, purpose: str, message: bytes) -> bytes:
        return self._key.sign(_prefixed(purpose, message))


_FIELD_PRIME: Final = 2**255 - 19
_GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_SIGN_BIT: Final = 1 << 255


def _small_order_y() -> frozenset[int]:
    """The y of the eight points whose order divides 8 (RFC 8032, section 5.1): 1, -1, 0 and the two of order 8.

    With such a key a signature fits any message. y of order 8 solves 1 - 2y² - d·y⁴ = 0.
    """
    p = _FIELD_PRIME
    d = -121665 * pow(121666, -1, p) % p
    root = _square_root((1 + d) % p)
    ys = {0, 1, p - 1}
    for square in ((-1 + root) * pow(d, -1, p) % p, (-1 - root) * pow(d, -1, p) % p):
        if pow(square, (p - 1) // 2, p) == 1:
            y = _square_root(square)
            ys |= {y, p - y}
    assert len(ys) == 5
    return frozenset(ys)


def _square_root(square: int) -> int:
    p = _FIELD_PRIME
    root = pow(square, (p + 3) // 8, p)
    if root * root % p != square:
        root = root * pow(2, (p - 1) // 4, p) % p
    assert root * root % p == square
    return root


_SMALL_ORDER_Y: Final = _small_order_y()


def _sound_point(encoded: bytes) -> bool:
    """In its one spelling (y below the prime), and of no small order."""
    y = int.from_bytes(encoded, "little") & ~_SIGN_BIT
    return y < _FIELD_PRIME and y not in _SMALL_ORDER_Y


def verify(public_key: bytes, purpose: str, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is ``public_key``'s over ``counterfoil/<purpose>``, a zero byte and ``message``.

    Stricter than some libraries, so that every verifier answers alike: S below the group's order (no second spelling
    of a signature), key and R in their one spelling and not of small order.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    if not (_sound_point(public_key) and _sound_point(signature[:32])):
        return False
    if int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
        return False
    try:
        crypto_sign_open(signature + _prefixed(purpose, message), public_key)
    except BadSignatureError:
        return False
    return True


# -------------------------------------------------------------------------------------------------- passwords

# RFC 9106, second recommended option (memory-constrained: t=3, m=64 MiB, p=4); 2 lanes suit the two cores of a till.
_HASHER: Final = argon2.PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=2, hash_len=32, salt_len=16, type=argon2.Type.ID
)
PASSWORD_LENGTH_MIN: Final = 8
PASSWORD_BYTES_MAX: Final = 1024  # a bound: argon2 would hash a gigabyte if asked to


class Argon2Passwords:
    """A ``ports.passwords.Passwords``."""

    def __init__(self, hasher: argon2.PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        # Checked for logins that do not exist, so that they take as long as those that do. No password has this hash;
        # it is written, not computed: a start must not wait a tenth of a second for it.
        salt, digest = "A" * 22, "A" * 43
        self._nobody = (
            f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"
        )

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """None: there is no such account; the answer is no, and takes the same time."""
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return password_hash is not None


# ---------------------------------------------------------------------------------------------- personal data


@dataclass(frozen=True, slots=True)
class Sealed:
    """``record``: nonce and ciphertext under a key of its own; ``wrapped_key``: that key under the profile's key."""

    record: bytes
    wrapped_key: bytes

    @property
    def commitment(self) -> bytes:
        """SHA-256 of the sealed record. Its nonce and key are random: it gives nothing away, also after erasure."""
        return sha256(self.record).digest()


class Unsealable(ValueError):  # noqa: N818 - an answer
    """Another key, or bytes that were changed."""


class Sealer:
    """Seals records of personal data, each under its own key, which can be deleted (decisions 11)."""

    def __init__(self, profile_key: bytes, operator_tag_key: bytes) -> None:
        assert len(profile_key) == 32
        assert len(operator_tag_key) == 32
        self._wrap = AESGCM(derive(profile_key, "wrap"))
        self._tag_key = operator_tag_key

    def seal(self, subject: bytes, plain: bytes, *, entropy: bytes) -> Sealed:
        """``subject`` (the record's id) is bound to both, so that rows cannot be swapped. ``entropy``: 56 bytes."""
        assert len(entropy) == 56
        own, nonce, wrap_nonce = entropy[:32], entropy[32:44], entropy[44:]
        return Sealed(
            nonce + AESGCM(own).encrypt(nonce, plain, b"record\0" + subject),
            wrap_nonce + self._wrap.encrypt(wrap_nonce, own, b"key\0" + subject),
        )

    def open(self, subject: bytes, sealed: Sealed) -> bytes:
        """Raises ``Unsealable``."""
        try:
            own = self._wrap.decrypt(sealed.wrapped_key[:12], sealed.wrapped_key[12:], b"key\0" + subject)
            return AESGCM(own).decrypt(sealed.record[:12], sealed.record[12:], b"record\0" + subject)
        except (InvalidTag, ValueError) as error:
            raise Unsealable from error

    def document_tag(self, document: str) -> bytes:
        """HMAC-SHA-256 with the operator's key: equal documents are found, and nobody else can test a guess."""
        return hmac.digest(self._tag_key, b"document\0" + document.encode(), "sha256")


def derive(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA-256)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"counterfoil/" + purpose.encode()).derive(key)


# ------------------------------------------------------------------------------------------------------ TLS


def self_signed_certificate(names: Sequence[str], *, now: datetime, valid: timedelta) -> tuple[bytes, bytes]:
    """A certificate for a server at ``names`` (host names or IP addresses) and its key, both PEM.

    For a demonstration and for tests: it is its own authority, so a counter is given the certificate as its CA file.
    """
    # A twentieth of a second that no counter's start has to wait for.
    from ipaddress import ip_address  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    def general_name(name: str) -> x509.GeneralName:
        try:
            return x509.IPAddress(ip_address(name))
        except ValueError:
            return x509.DNSName(name)

    assert names
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    usage = dict.fromkeys(_KEY_USAGES, False) | {"digital_signature": True, "key_cert_sign": True}
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


_KEY_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
