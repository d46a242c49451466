"""The facets of one snapshot or transaction, each made when first asked for."""

from __future__ import annotations

from functools import cached_property

from db.blanks import SqlBlanks
from db.catalogue_issues import SqlIssues
from db.context import Context
from db.journal import SqlJournal
from db.orders import SqlOrders
from db.papers import SqlPapers
from db.payments import SqlPayments
from db.people import SqlPeople
from db.printer_events import SqlPrinterEvents
from db.prints import SqlPrints
from db.redemptions import SqlRedemptions
from db.shifts import SqlShifts
from db.stock import SqlStock
from db.sync import SqlSync
from db.trust import SqlTrust
from db.users import SqlUsers


class Books:
    """A ``Reading`` and, with a writable context, a ``Writing``."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @cached_property
    def journal(self) -> SqlJournal:
        return SqlJournal(self.context)

    @cached_property
    def users(self) -> SqlUsers:
        return SqlUsers(self.context)

    @cached_property
    def shifts(self) -> SqlShifts:
        return SqlShifts(self.context)

    @cached_property
    def people(self) -> SqlPeople:
        return SqlPeople(self.context)

    @cached_property
    def stock(self) -> SqlStock:
        return SqlStock(self.context)

    @cached_property
    def orders(self) -> SqlOrders:
        return SqlOrders(self.context)

    @cached_property
    def payments(self) -> SqlPayments:
        return SqlPayments(self.context)

    @cached_property
    def prints(self) -> SqlPrints:
        return SqlPrints(self.context)

    @cached_property
    def papers(self) -> SqlPapers:
        return SqlPapers(self.context)

    @cached_property
    def blanks(self) -> SqlBlanks:
        return SqlBlanks(self.context)

    @cached_property
    def printer_events(self) -> SqlPrinterEvents:
        return SqlPrinterEvents(self.context)

    @cached_property
    def issues(self) -> SqlIssues:
        return SqlIssues(self.context)

    @cached_property
    def sync(self) -> SqlSync:
        return SqlSync(self.context)

    @cached_property
    def trust(self) -> SqlTrust:
        return SqlTrust(self.context)

    @cached_property
    def redemptions(self) -> SqlRedemptions:
        return SqlRedemptions(self.context)
