"""The money store as the core asks for it: one writer, one transaction per act, readers beside it.

``writing()`` is one ``BEGIN IMMEDIATE … COMMIT`` with ``synchronous=FULL``: on a normal exit everything inside is
durable and the witness has been told; on an exception nothing happened. A commit whose outcome cannot be known
raises OutcomeUnknown: the caller looks its act up by id (decisions 14).
Each facet is implemented in ``db`` beside its tables and declared in the module of ``ports`` that is named after it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from counter_app.ports.catalogue_issues import IssueBook, IssueReader
from counter_app.ports.journal import JournalReader, JournalWriter
from counter_app.ports.orders import OrderBook, OrderReader
from counter_app.ports.papers import PaperBook, PaperReader
from counter_app.ports.payments import PaymentBook, PaymentReader
from counter_app.ports.people import PeopleBook, PeopleReader
from counter_app.ports.prints import PrintBook, PrintReader
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import ShiftBook, ShiftReader
from counter_app.ports.stock import StockBook, StockReader
from counter_app.ports.redemptions import RedemptionBook, RedemptionReader
from counter_app.ports.sync import SyncBook, SyncReader
from counter_app.ports.users import UserBook, UserReader

from counter_app.ports.trust import TrustBook, TrustReader

class Reading(Protocol):
    """A consistent snapshot."""

    @property
    def journal(self) -> JournalReader: ...
    @property
    def users(self) -> UserReader: ...
    @property
    def shifts(self) -> ShiftReader: ...
    @property
    def people(self) -> PeopleReader: ...
    @property
    def stock(self) -> StockReader: ...
    @property
    def orders(self) -> OrderReader: ...
    @property
    def payments(self) -> PaymentReader: ...
    @property
    def prints(self) -> PrintReader: ...
    @property
    def papers(self) -> PaperReader: ...
    @property
    def issues(self) -> IssueReader: ...
    @property
    def sync(self) -> SyncReader: ...


class Writing(Protocol):
    """The transaction under way. Every book can also read, and sees what the transaction has written."""

    @property
    @property
    def trust(self) -> TrustReader: ...
    @property
    def redemptions(self) -> RedemptionReader: ...
    def journal(self) -> JournalWriter: ...
    @property
    def users(self) -> UserBook: ...
    @property
    def shifts(self) -> ShiftBook: ...
    @property
    def people(self) -> PeopleBook: ...
    @property
    def stock(self) -> StockBook: ...
    @property
    def orders(self) -> OrderBook: ...
    @property
    def payments(self) -> PaymentBook: ...
    @property
    def prints(self) -> PrintBook: ...
    @property
    def papers(self) -> PaperBook: ...
    @property
    def issues(self) -> IssueBook: ...
    @property
    def sync(self) -> SyncBook: ...


class MoneyStore(Protocol):
    @property
    def profile(self) -> ProfileInfo: ...

    def reading(self) -> AbstractContextManager[Reading]: ...

    def writing(self) -> AbstractContextManager[Writing]: ...
    @property
    def trust(self) -> TrustBook: ...
    @property
    def redemptions(self) -> RedemptionBook: ...
