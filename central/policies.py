"""Policies of every counter: versions in the table, the newest of a name in the operator's feed."""

from __future__ import annotations

from central.acts import ActKind, Acts
from central.feed import News, publish
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.policy import read_policy
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import OPERATOR_SHARD, FeedKind


def import_policy(connection: Connection, services: Services, by: Actor, text: str) -> tuple[str, int]:
    """In force from now on, at every counter of its name. The newest version again, word for word: nothing.

    Raises Refusal: NOT_ALLOWED, BAD_SETTING(key, detail), also for a version that is not above the newest.
    """
    demand(by, Right.MANAGE)
    policy = read_policy(text)

    def work(tx: Tx) -> tuple[str, int]:
        tx.run("LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE")
        newest = tx.row(
            "SELECT version, body FROM policy WHERE name = %s ORDER BY version DESC LIMIT 1", (policy.name,)
        )
        if newest == (policy.version, text):
            return policy.name, policy.version
        if newest is not None and policy.version <= newest[0]:
            raise Refusal(Reason.BAD_SETTING, key="version", detail=f"above {newest[0]}")
        tx.run(
            "INSERT INTO policy (name, version, body, in_force_at) VALUES (%s, %s, %s, %s)",
            (policy.name, policy.version, text, services.clock.now()),
        )
        body: dict[str, Json] = {"name": policy.name, "version": policy.version}
        Acts(services).append(tx, ActKind.POLICY_ACTIVATED, body, by=by)
        news = News(kind=FeedKind.POLICY, key=f"policy/{policy.name}", body={**body, "body": text})
        publish(tx, OPERATOR_SHARD, [news])
        return policy.name, policy.version

    return in_transaction(connection, work)


def policy_names(connection: Connection) -> list[tuple[str, int]]:
    """Each name with its newest version."""
    rows = Tx(connection).rows("SELECT name, max(version) FROM policy GROUP BY name ORDER BY name")
    return [(name, version) for name, version in rows]
