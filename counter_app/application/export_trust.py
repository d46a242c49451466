"""The bundle that a verifier of tickets and journals holds: public keys and who certified them. Nothing secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from counter_app.application.whole_file import whole_file
from counter_app.domain.staff import Actor
from counter_app.domain.trust import TrustBundle
from counter_app.ports.trust import TrustKeeper


@dataclass(frozen=True, slots=True)
class ExportTrust:
    trust: TrustKeeper

    def __call__(self, _actor: Actor, target: Path) -> TrustBundle:
        """Raises OSError, Refusal(TRUST_BEHIND). Not journaled: it is public, and must work beside a window that has

        the profile.
        """
        bundle = self.trust.fresh_bundle()
        with whole_file(target) as file:
            file.write(bundle.to_bytes())
        return bundle
