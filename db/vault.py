"""What the store needs of the profile's secrets, loaded when first asked for: a search needs none of them."""

from __future__ import annotations

from collections.abc import Callable

from counter_app.security import Sealed, Sealer, SigningKey


class Vault:
    """The profile's secrets by name. ``load(name)`` gives 32 bytes, or raises Refusal(STORE_DAMAGED, part="keys").

    Names: ``counter-<epoch>`` (Ed25519), ``profile`` (wraps personal keys), ``operator-tag`` (HMAC of documents).
    """

    def __init__(self, load: Callable[[str], bytes]) -> None:
        self._load = load
        self._signers: dict[int, SigningKey] = {}
        self._sealer: Sealer | None = None

    def signer(self, epoch: int) -> SigningKey:
        if epoch not in self._signers:
            self._signers[epoch] = SigningKey(self._load(f"counter-{epoch}"))
        return self._signers[epoch]

    def forget(self, epoch: int) -> None:
        """A key of that epoch was just made anew."""
        self._signers.pop(epoch, None)

    def sealer(self) -> Sealer:
        if self._sealer is None:
            self._sealer = Sealer(self._load("profile"), self._load("operator-tag"))
        return self._sealer


class EpochSigner:
    """A ``Signer`` that is always the current epoch's key: tickets and journal entries are signed by it."""

    def __init__(self, vault: Vault, epoch: int) -> None:
        self._vault = vault
        self.epoch = epoch

    @property
    def key_id(self) -> bytes:
        return self._vault.signer(self.epoch).key_id

    def sign(self, purpose: str, message: bytes) -> bytes:
        return self._vault.signer(self.epoch).sign(purpose, message)


__all__ = ["EpochSigner", "Sealed", "Vault"]
