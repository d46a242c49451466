"""Parties that wait for places: the list as last read, what is said when one was served, and its words. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import LineWord, ParkedSale, PlaceWish, RunOffer, SyncStatus
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.texts import Texts, mark
from ui.presenters import words
from ui.presenters.find import Query
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.presenters.offers import Offers
from ui.presenters.refusals import Notice, explain

_WORDS = {
    WaitingWord.SERVED: mark("places held"),
    WaitingWord.OVER: mark("ran out"),
    WaitingWord.DEPARTED: mark("departed"),
}
LAST_S = 60
_MOODS = {
    WaitingWord.SERVED: "ok",
    WaitingWord.OVER: "bad",
    WaitingWord.DEPARTED: "text_muted",
    WaitingWord.WAITING: "",
}


def may_wait(
    line: SyncStatus | None, offers: Offers, run: RunOffer, travel_class: str, *, refused: bool = False
) -> bool:
    """Whether it can be offered: central answers, and has not enough places of a class that could be sold.

    ``refused``: it has just said so; what is shown here may be some seconds old.
    """
    offered = offers.offer(run, travel_class)
    if line is None or line.line is not LineWord.ONLINE or run.closed or offered is None:
        return False
    return offered.fare is not None and (refused or offered.free < offers.count)


class WaitingRoom:
    """``changed``: the list is another. ``told``: these were served, or lost what was held for them, just now.

    Told once, and only while somebody is signed in who can call them.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor | None],
        *,
        changed: Callable[[], None],
        told: Callable[[list[WaitingView]], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._tell = told
        self._told: dict[UUID, WaitingWord] = {}
        self._reading = False
        self._again = False
        self.parties: list[WaitingView] = []

    def read(self) -> None:
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._lanes.run(Lane.READ, lambda: self._desk().waiting(), done=self._have, failed=lambda _trouble: self._end())

    def _have(self, parties: list[WaitingView]) -> None:
        news = parties != self.parties
        self.parties = parties
        if news:
            self._changed()
        self.tell()
        self._end()

    def _end(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.read()

    def tell(self) -> None:
        if self._actor() is None:
            return
        fresh = [
            one
            for one in self.parties
            if one.word in {WaitingWord.SERVED, WaitingWord.OVER} and self._told.get(one.claim_id) is not one.word
        ]
        self._told = {one.claim_id: one.word for one in self.parties}
        if fresh:
            self._tell(fresh)

    def ran_out(self, now: datetime) -> bool:
        """Whether a hold of the list has ended: then it is another."""
        return any(
            one.word is WaitingWord.SERVED and one.expires_at is not None and one.expires_at <= now
            for one in self.parties
        )

    # ---- what the clerk does
    def join(
        self,
        run: RunOffer,
        travel_class: str,
        query: Query,
        *,
        done: Callable[[WaitingView], None],
        failed: Callable[[Trouble], None],
    ) -> None:
        actor = self._signed()
        wish = PlaceWish(travel_class=travel_class, count=query.count, preferences=query.preferences)
        passengers = dict(query.passengers) or {"adult": 1}

        def joined(one: WaitingView) -> None:
            self._told[one.claim_id] = one.word  # whoever stands at the window hears of it from ``done``
            done(one)
            self.read()

        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().wait_for_places(actor, run.run, run.span, wish, passengers),
            done=joined,
            failed=failed,
        )

    def leave(self, one: WaitingView, *, done: Callable[[], None], failed: Callable[[Trouble], None]) -> None:
        actor = self._signed()

        def left(_none: None) -> None:
            self.read()
            done()

        self._lanes.run(
            Lane.DATABASE, lambda: self._desk().leave_waiting(actor, one.claim_id), done=left, failed=failed
        )

    def take(self, one: WaitingView, *, done: Callable[[ParkedSale], None], failed: Callable[[Trouble], None]) -> None:
        actor = self._signed()

        def taken(sale: ParkedSale) -> None:
            self.read()
            done(sale)

        def not_taken(trouble: Trouble) -> None:
            self.read()
            failed(trouble)

        self._lanes.run(
            Lane.DATABASE, lambda: self._desk().take_waiting(actor, one.claim_id), done=taken, failed=not_taken
        )

    def _signed(self) -> Actor:
        actor = self._actor()
        assert actor is not None, "nobody is signed in"
        return actor


# ---- in words


def journey(one: WaitingView, t: Texts) -> str:
    """``G1113 长沙南 → 广州南 12-02 15:12, second class × 2``"""
    run = f"{one.service} {one.origin} → {one.destination} {one.depart:%m-%d %H:%M}"
    return t(
        "{run}, {travel_class} × {count}",
        run=run,
        travel_class=words.travel_class(one.travel_class, t),
        count=one.count,
    )


def wanted(one: WaitingView, t: Texts) -> str:
    """``Second class × 2``"""
    return t("{travel_class} × {count}", travel_class=words.travel_class(one.travel_class, t), count=one.count)


def standing(one: WaitingView, now: datetime, t: Texts) -> str:
    """The column of the list: what is held and for how long, or where in the line they stand."""
    if one.word is WaitingWord.SERVED and one.expires_at is not None:
        seconds = _seconds(one.expires_at, now)
        return t("places held  {time}", time=f"{seconds // 60}:{seconds % 60:02d}") if seconds else t("ran out")
    if one.word in _WORDS:
        return t(_WORDS[one.word])
    return t("place not known") if one.place is None else t("place {n} in line", n=one.place)


def mood(one: WaitingView, now: datetime) -> str:
    """What is held is green until its last minute."""
    short = one.expires_at is not None and _seconds(one.expires_at, now) < LAST_S
    return "bad" if one.word is WaitingWord.SERVED and short else _MOODS[one.word]


def _seconds(until: datetime, now: datetime) -> int:
    return max(0, int((until - now).total_seconds()))


def badge(parties: list[WaitingView], t: Texts) -> tuple[str, Literal["ok", "info"]]:
    """What the sell screen says of them: text and mood; "" for nobody."""
    served = [one for one in parties if one.word is WaitingWord.SERVED]
    if served:
        return t("Call {numbers}  Alt+W", numbers=_numbers(served, t)), "ok"
    waits = sum(1 for one in parties if one.word is WaitingWord.WAITING)
    return (t("{n} waiting  Alt+W", n=waits), "info") if waits else ("", "info")


def _numbers(parties: list[WaitingView], t: Texts) -> str:
    return t(", ").join(t("No. {number}", number=one.number) for one in parties)


def said(fresh: list[WaitingView], zone: Callable[[datetime], datetime], t: Texts) -> Notice:
    """Served parties first: their time runs."""
    served = [one for one in fresh if one.word is WaitingWord.SERVED]
    if served:
        one = served[0]
        assert one.expires_at is not None, "a hold has an end"
        until = t("until {time}", time=f"{zone(one.expires_at):%H:%M}")
        return Notice(
            title=t("Places for {numbers}", numbers=_numbers(served, t)),
            what_happened=t("{journey}, {until}.", journey=journey(one, t), until=until),
            what_to_do=t("Call them. Alt+W and Enter take the places into a sale."),
            mood="warn",  # stays: the time runs
            code="waiting_served",
        )
    return Notice(
        title=t("{numbers}: the places are no longer held", numbers=_numbers(fresh, t)),
        what_happened=t("{journey}.", journey=journey(fresh[0], t)),
        what_to_do=t("Who still wants to travel can wait again."),
        mood="warn",
        code="waiting_over",
    )


def joined(one: WaitingView, zone: Callable[[datetime], datetime], t: Texts) -> Notice:
    if one.word is not WaitingWord.WAITING:
        return said([one], zone, t)
    number = t("No. {number}", number=one.number)
    if one.place is None:
        return Notice(
            title=t("{number} waits; the place in the line is not known", number=number),
            what_happened=t("Central's answer did not come. It is asked again by itself."),
            what_to_do=t("Tell the customer the number. Alt+W shows who waits."),
            mood="warn",
            code="waiting_unknown",
        )
    return Notice(
        title=t("{number} waits: place {n} in line", number=number, n=one.place),
        what_happened=t("{journey}.", journey=journey(one, t)),
        what_to_do=t("Tell the customer the number. Alt+W shows who waits."),
        mood="ok",
        code="waiting_joined",
    )


def offer_to_wait(trouble: Trouble, t: Texts) -> Notice:
    """Not enough places, where the party may wait for them."""
    return replace(explain(trouble, t), what_to_do=t("F7: the party waits for places. Or try another class."))


def not_joined(trouble: Trouble, t: Texts) -> Notice:
    if isinstance(trouble, Refusal) and trouble.reason is Reason.BAD_INPUT and trouble.facts.get("field") == "waiting":
        return Notice(
            title=t("Too many wait at this window"),
            what_happened=t("At most {maximum} parties can wait here.", maximum=trouble.facts.get("maximum", 0)),
            what_to_do=t("Alt+W: take those from the list who do not wait any more."),
            code="waiting_full",
        )
    return explain(trouble, t)
