"""Policies of an enrolled counter: the newest that central gave out, and each by its reference, for its tickets."""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.application.receive_operator import POLICY, POLICY_VERSION
from counter_app.domain.policy import Policy, read_policy
from counter_app.errors import Reason, Refusal
from counter_app.ports.store import MoneyStore


def policy_in_force(store: MoneyStore, shipped: Policy) -> Policy:
    """At the start of the program. ``shipped``: until central has said anything, and in a stand-alone profile."""
    with store.reading() as books:
        said = books.sync.feed_value(f"{POLICY}{store.profile.policy}")
    body = None if said is None else said.get("body")
    return read_policy(body) if isinstance(body, str) else shipped


@dataclass(frozen=True, slots=True)
class Policies:
    """By reference, ``cn-rail@1``. ``in_force``: the program's."""

    store: MoneyStore
    in_force: Policy
    _known: dict[str, Policy] = field(default_factory=dict)

    def __call__(self, reference: str) -> Policy:
        if reference == self.in_force.reference:
            return self.in_force
        known = self._known.get(reference)
        if known is None:
            with self.store.reading() as books:
                said = books.sync.feed_value(f"{POLICY_VERSION}{reference}")
            body = None if said is None else said.get("body")
            if not isinstance(body, str):
                raise Refusal(Reason.NOT_REFUNDABLE, rule=reference)
            known = self._known[reference] = read_policy(body)
        return known
