"""RSA-SHA256 with PKCS #1 v1.5 padding, which both gateways sign with: WECHATPAY2-SHA256-RSA2048 and RSA2."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

BITS_MIN: Final = 2048


def private_key(text: str) -> RSAPrivateKey:
    """PEM, or its bare base64 as Alipay's tools write it. Raises ``ValueError``."""
    for pem in _pems(text, "PRIVATE KEY", "RSA PRIVATE KEY"):
        try:
            found = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            continue
        if isinstance(found, RSAPrivateKey) and found.key_size >= BITS_MIN:
            return found
    raise ValueError("not an RSA private key of 2048 bits or more, without a password")


def public_key(text: str) -> RSAPublicKey:
    """PEM of a public key or of a certificate, or its bare base64. Raises ``ValueError``."""
    for pem in _pems(text, "PUBLIC KEY", "CERTIFICATE"):
        try:
            found = (
                x509.load_pem_x509_certificate(pem).public_key() if b"CERTIFICATE" in pem else load_pem_public_key(pem)
            )
        except (ValueError, TypeError):
            continue
        if isinstance(found, RSAPublicKey) and found.key_size >= BITS_MIN:
            return found
    raise ValueError("not an RSA public key of 2048 bits or more")


def sign(key: RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def verified(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _pems(text: str, *labels: str) -> list[bytes]:
    if "-----BEGIN" in text:
        return [text.strip().encode()]
    body = re.sub(r"\s", "", text)
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return [f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode() for label in labels]
