"""An operator's policy: what is sold to whom, until when, and what giving back costs. Read from TOML, frozen.

``resources/policies/*.toml`` hold the shipped ones. Every key is checked; a wrong one is refused by its name, since a
policy that is half understood would take money by a rule that nobody wrote.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from counter_app.domain.money import MINOR_DIGITS
from counter_app.domain.payments import BY_CENTRAL, Tender
from counter_app.domain.policyfile import Section, bad
from counter_app.domain.stocknumbers import StockControl
from counter_app.domain.tariff import Band, DistanceTariff

HORIZON_DAYS_MAX: Final = 400
POLICY_BYTES_MAX: Final = 128 * 1024
TIERS_MAX: Final = 24
TYPES_MAX: Final = 24
RULE_LINES_MAX: Final = 8
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Transaction(StrEnum):
    """What is done to a ticket after its sale (OSDM's words)."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    VOID = "void"


class RelativeTo(StrEnum):
    BEFORE_DEPARTURE = "before_departure"  # minutes that are still left
    AFTER_SALE = "after_sale"  # minutes that have passed at most
    ITS_DATE = "its_date"  # until the end of the ticket's own date, departed or not: of exchanges


class NewDate(StrEnum):
    """Beside the date of the ticket that is exchanged: for which new dates a tier is."""

    ANY = "any"
    SAME_OR_EARLIER = "same_or_earlier"
    LATER = "later"

    def covers(self, old: date, new: date) -> bool:
        return self is NewDate.ANY or (self is NewDate.LATER) == (new > old)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One rule in OSDM's shape: transaction type + fee + relative time.

    Of one transaction the first tier that applies holds. ``BEFORE_DEPARTURE``: at least ``minutes`` are left.
    ``AFTER_SALE``: at most ``minutes`` have passed. ``ITS_DATE``: ``minutes`` is 0.
    """

    code: str  # refund_48h: stable, printed and journaled
    transaction: Transaction
    relative_to: RelativeTo
    minutes: int
    fee_permille: int
    minimum_minor: int  # of a fee that is not zero
    words: Mapping[str, str]  # language -> sentence
    new_date: NewDate = NewDate.ANY  # of an exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """What a passenger type pays less, in per mille of the fare, in some classes (empty: in all)."""

    label: str  # child_half: stable
    permille_off: int
    classes: frozenset[str]

    def covers(self, travel_class: str) -> bool:
        """``hard_sleeper`` in the policy covers ``hard_sleeper_upper``."""
        return not self.classes or travel_class in self.classes or travel_class.rpartition("_")[0] in self.classes


@dataclass(frozen=True, slots=True, kw_only=True)
class PassengerType:
    """Without reductions it pays the full fare everywhere; with some, it is sold only in the classes they cover."""

    code: str  # adult, child, ...
    needs_name: bool
    needs_document: bool
    reductions: tuple[Reduction, ...]

    def reduction(self, travel_class: str) -> Reduction | None:
        return next((one for one in self.reductions if one.covers(travel_class)), None)

    def sold_in(self, travel_class: str) -> bool:
        return not self.reductions or self.reduction(travel_class) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenders:
    """What a customer may pay with. ``offline``: those that need no word from central (of a card only what the terminal

    itself approves). ``cash_step_minor``: the smallest coin; cash is rounded to it, halves up, and nothing else is.
    """

    taken: tuple[Tender, ...]  # in the order of the keys
    offline: frozenset[Tender]
    cash_step_minor: int


CASH_ONLY: Final = Tenders(taken=(Tender.CASH,), offline=frozenset({Tender.CASH}), cash_step_minor=1)
"""Of a policy that says nothing of it: what counters took before there was anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``reference`` names it in quotes, tickets and the journal: ``cn-rail@1``."""

    name: str
    version: int
    horizon_days: int  # today counts as the first
    sale_ends_minutes: int  # before departure
    hold_minutes: int
    passengers_max: int  # of one order
    unreserved_capacity: int  # of a run without coaches, per class
    one_ticket_per_document: bool  # per run, and none that overlaps in time
    fare_step_minor: int  # reduced fares are rounded to it, halves up
    fee_step_minor: int
    void_minutes: int
    receipt: bool  # a receipt is printed with every sale
    stock_control: StockControl  # of tickets' numbered blanks
    close_needs_supervisor: bool
    types: tuple[PassengerType, ...]
    tiers: tuple[Tier, ...]
    tariff: DistanceTariff | None
    ticket_rules: Mapping[str, tuple[str, ...]]  # language -> lines that stand on the ticket
    luggage: Mapping[str, str]
    not_refundable: Mapping[str, str]  # language -> the sentence where no tier applies
    tenders: Tenders
    gate_closes_minutes: int | None = None  # before departure; None: not said, so nothing is printed of it

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def hold(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes)

    def type_of(self, code: str) -> PassengerType | None:
        return next((one for one in self.types if one.code == code), None)

    def last_sale_date(self, today: date) -> date:
        """The last departure date on sale."""
        return today + timedelta(days=self.horizon_days - 1)

    def tiers_of(self, transaction: Transaction) -> tuple[Tier, ...]:
        return tuple(tier for tier in self.tiers if tier.transaction is transaction)


def read_policy(text: str) -> Policy:
    """Raises Refusal(BAD_SETTING, key=..., detail=...): nothing is guessed."""
    if len(text.encode()) > POLICY_BYTES_MAX:
        raise bad("policy", "too large")
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of 5,000 digits and nesting are no TOMLDecodeError
        raise bad("policy", str(error)) from error
    return parse_policy(document)


def parse_policy(document: Mapping[str, object]) -> Policy:
    """As ``read_policy``, from a parsed document."""
    top = Section(document, "")
    sale = top.section("sale")
    money = top.section("money")
    desk = top.section("desk")
    texts = top.section("words")
    policy = Policy(
        name=top.matching("name", _NAME),
        version=top.between("version", 1, 1_000_000),
        horizon_days=sale.between("horizon_days", 1, HORIZON_DAYS_MAX),
        sale_ends_minutes=sale.between("ends_minutes_before_departure", 0, 1440),
        hold_minutes=sale.between("hold_minutes", 1, 120),
        passengers_max=sale.between("passengers_max", 1, 100),
        unreserved_capacity=sale.between("unreserved_capacity", 0, 20_000),
        one_ticket_per_document=sale.flag("one_ticket_per_document"),
        fare_step_minor=money.between("fare_step_minor", 1, 100_000),
        fee_step_minor=money.between("fee_step_minor", 1, 100_000),
        void_minutes=desk.between("void_minutes", 0, 1440),
        receipt=desk.flag("receipt"),
        stock_control=_stock_control(desk),
        close_needs_supervisor=desk.flag("close_needs_supervisor"),
        types=_types(top),
        tiers=_tiers(top),
        tariff=_tariff(top),
        ticket_rules=_rule_lines(texts),
        luggage=texts.words("luggage"),
        not_refundable=texts.words("not_refundable"),
        tenders=_tenders(top),
        gate_closes_minutes=(
            sale.between("gate_closes_minutes_before_departure", 0, 120)
            if sale.has("gate_closes_minutes_before_departure")
            else None
        ),
    )
    for section in (sale, money, desk, texts, top):
        section.refuse_leftovers()
    return policy


def _stock_control(desk: Section) -> StockControl:
    """Where a policy says nothing: rolls may be loaded, and need not be."""
    if not desk.has("stock_control"):
        return StockControl.OPTIONAL
    return StockControl(desk.word("stock_control", tuple(StockControl)))


def _tenders(top: Section) -> Tenders:
    if not top.has("tenders"):
        return CASH_ONLY
    section = top.section("tenders")
    words = re.compile("|".join(Tender))
    taken = tuple(Tender(one) for one in section.codes("taken", words))
    offline = frozenset(Tender(one) for one in section.codes("offline", words))
    if Tender.CASH not in taken or len(set(taken)) != len(taken):
        raise bad("tenders.taken", "each once, cash among them")
    if not offline <= set(taken) - BY_CENTRAL:
        raise bad("tenders.offline", "cash and card at most: the rest is central's to approve")
    made = Tenders(
        taken=taken,
        offline=offline | {Tender.CASH},
        cash_step_minor=section.between("cash_step_minor", 1, 100_000),
    )
    section.refuse_leftovers()
    return made


def _types(top: Section) -> tuple[PassengerType, ...]:
    found: list[PassengerType] = []
    for table in top.tables("passenger", TYPES_MAX):
        reductions = []
        for row in table.tables("reduction", TYPES_MAX, empty=True):
            reductions.append(
                Reduction(
                    label=row.matching("label", _CODE),
                    permille_off=row.between("permille_off", 1, 1000),
                    classes=frozenset(row.codes("classes", _CODE)),
                )
            )
            row.refuse_leftovers()
        found.append(
            PassengerType(
                code=table.matching("type", _CODE),
                needs_name=table.flag("needs_name"),
                needs_document=table.flag("needs_document"),
                reductions=tuple(reductions),
            )
        )
        table.refuse_leftovers()
    codes = [one.code for one in found]
    if len(set(codes)) != len(codes):
        raise bad("passenger.type", "named twice")
    return tuple(found)


def _tiers(top: Section) -> tuple[Tier, ...]:
    found: list[Tier] = []
    for table in top.tables("after_sales", TIERS_MAX):
        found.append(
            Tier(
                code=table.matching("code", _CODE),
                transaction=Transaction(table.word("transaction", tuple(Transaction))),
                relative_to=RelativeTo(table.word("relative_to", tuple(RelativeTo))),
                minutes=table.between("minutes", 0, 1_000_000),
                fee_permille=table.between("fee_permille", 0, 1000),
                minimum_minor=table.between("minimum_minor", 0, 10_000_000),
                words=table.words("words"),
                new_date=_new_date(table),
            )
        )
        table.refuse_leftovers()
    codes = [tier.code for tier in found]
    if len(set(codes)) != len(codes):
        raise bad("after_sales.code", "named twice")
    for tier in found:
        if tier.relative_to is RelativeTo.ITS_DATE and (tier.minutes or tier.transaction is not Transaction.EXCHANGE):
            raise bad("after_sales.relative_to", "its_date is of exchanges, and has no minutes")
    for transaction in Transaction:
        for new_date in NewDate:
            _check_order([one for one in found if one.transaction is transaction and one.new_date is new_date])
    return tuple(found)


def _new_date(table: Section) -> NewDate:
    """Where a tier says nothing, it is for every date."""
    return NewDate(table.word("new_date", tuple(NewDate))) if table.has("new_date") else NewDate.ANY


def _check_order(tiers: list[Tier]) -> None:
    """Of tiers before departure each later one begins nearer to it: otherwise one of them could never apply."""
    minutes = [tier.minutes for tier in tiers if tier.relative_to is RelativeTo.BEFORE_DEPARTURE]
    if minutes != sorted(set(minutes), reverse=True):
        raise bad("after_sales.minutes", "tiers before departure must come from the earliest to the latest")


def _tariff(top: Section) -> DistanceTariff | None:
    if not top.has("distance_tariff"):
        return None
    table = top.section("distance_tariff")
    currency = table.word("currency", tuple(MINOR_DIGITS))
    bands = []
    for row in table.tables("band", 20):
        bands.append(
            Band(from_km=row.between("from_km", 0, 100_000), per_km_milli=row.between("per_km_milli", 0, 10**9))
        )
        row.refuse_leftovers()
    starts = [band.from_km for band in bands]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise bad("distance_tariff.band", "must ascend from 0 km")
    tariff = DistanceTariff(
        currency=currency,
        bands=tuple(bands),
        minimum_minor=table.between("minimum_minor", 0, 10_000_000),
        step_minor=table.between("step_minor", 1, 100_000),
        class_permille=table.numbers("class_permille", _CODE, 1, 100_000),
        detour_permille=table.between("detour_permille", 1000, 5000),
    )
    table.refuse_leftovers()
    return tariff


def _rule_lines(texts: Section) -> dict[str, tuple[str, ...]]:
    table = texts.section("ticket_rules")
    lines = {language: table.lines(language, RULE_LINES_MAX) for language in ("zh", "en")}
    table.refuse_leftovers()
    return lines
