"""``counterfoil search --json``: one object a run, the same keys whatever the feed."""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.application.views import ClassOffer, RunOffer


def search_json(offers: Iterable[RunOffer]) -> list[dict[str, object]]:
    """``fare_minor`` is null where the fare is unknown (such a class cannot be sold on this span).

    Times carry the offset of the station's zone. ``board`` and ``alight`` count the run's calls from 0; ``closed`` is
    "" for a run that can be sold, else the reason.
    """
    return [_run(offer) for offer in offers]


def _run(offer: RunOffer) -> dict[str, object]:
    return {
        "service": offer.service,
        "depart": offer.depart.isoformat(timespec="seconds"),
        "arrive": offer.arrive.isoformat(timespec="seconds"),
        "classes": [_class(entry) for entry in offer.classes],
        "run_id": str(offer.run.run_id),
        "trip_id": offer.run.trip_id,
        "service_date": offer.run.service_date.isoformat(),
        "board": offer.span.board,
        "alight": offer.span.alight,
        "origin": {"id": offer.origin.station_id, "name": offer.origin.name},
        "destination": {"id": offer.destination.station_id, "name": offer.destination.name},
        "operator": offer.operator,
        "headsign": offer.headsign,
        "closed": offer.closed,
    }


def _class(entry: ClassOffer) -> dict[str, object]:
    return {
        "class": entry.travel_class,
        "fare_minor": None if entry.fare is None else entry.fare.minor,
        "free": entry.free,
        "currency": None if entry.fare is None else entry.fare.currency,
        "reserved": entry.reserved,
    }
