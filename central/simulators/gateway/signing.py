"""Keys of a gateway that is none, and of its one merchant: made at start, RSA 2048, both directions signed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(slots=True)
class Pair:
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    )

    def sign(self, message: bytes) -> str:
        return base64.b64encode(self.private.sign(message, padding.PKCS1v15(), SHA256())).decode()

    def verified(self, message: bytes, signature: str) -> bool:
        try:
            self.private.public_key().verify(base64.b64decode(signature), message, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def private_pem(self) -> str:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def public_pem(self) -> str:
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )


def kept_pair(path: Path, made: Pair) -> Pair:
    """The one that a file holds, or this one, kept there: central goes on knowing a simulator that starts again."""
    if path.exists():
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(found, rsa.RSAPrivateKey), path
        return Pair(found)
    path.touch(mode=0o600)
    path.write_text(made.private_pem(), encoding="utf-8")
    return made


@dataclass(slots=True)
class Keys:
    """``gateway``: what answers are signed with; ``merchant``: what central signs with."""

    gateway: Pair = field(default_factory=Pair)
    merchant: Pair = field(default_factory=Pair)
