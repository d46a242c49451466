"""At start: every intent that a crash left open is finished, in one commit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counter_app.application.hold import let_go, money_on, reap
from counter_app.application.payments.run_payment import end_in_flight
from counter_app.application.print_job import mark_unknown
from counter_app.application.stock_holder import LocalHolder
from counter_app.application.views import Recovered
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import OrderState
from counter_app.domain.staff import SYSTEM
from counter_app.ports.clock import Clock
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.stock import ClaimState
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    store: MoneyStore
    holder: LocalHolder
    clock: Clock

    def __call__(self) -> Recovered:
        """SENDING becomes UNKNOWN, dead tenders and holds end. Journaled where a tender or a paper is concerned.

        Payments that were under way are UNKNOWN, or were never sent. A tender that died without one took no money that
        we know of: a sale that was paid is SOLD, in the commit that says so. Places on which money is, or may be, stay
        LEASED until that is settled. A hold that stood on the dead window's screen can be taken up by nobody, and keeps
        the places from everybody; parked sales keep theirs. Kicks of drawers are over, begun or not: the next start may
        be tomorrow's, with nobody at the window. Nothing is asked of them.
        """
        now = self.clock.now()
        with self.holder.writing() as act:
            books = act.books
            end_in_flight(books, now)
            ended = reap(act, now)
            for claim in books.stock.claims_in(ClaimState.HELD):
                order = books.orders.order(claim.order_id)
                if order is None or order.state is not OrderState.ON_HOLD:
                    let_go(act, claim)
                    ended += 1
            dead = [one for one in books.stock.claims_in(ClaimState.LEASED) if not money_on(books, one.order_id)]
            for claim in dead:
                let_go(act, claim)
            sending = [job for job in books.prints.open_jobs() if job.state is JobState.SENDING]
            for job in sending:
                mark_unknown(books, job, now)
            for job in books.prints.open_jobs():
                if job.kind is JobKind.DRAWER:
                    books.prints.put(
                        replace(job, state=JobState.FAILED_BEFORE_SEND, detail="interrupted", updated_at=now)
                    )
            if dead or sending:
                orders: list[Json] = [str(claim.order_id) for claim in dead]
                jobs: list[Json] = [str(job.job_id) for job in sending]
                body: dict[str, Json] = {"tenders_let_go": orders, "jobs_unknown": jobs, "holds_ended": ended}
                books.journal.append(Kind.RECOVERED, body, actor=SYSTEM)
            still_open = books.prints.open_jobs()
        return Recovered(
            holds_released=ended + len(dead),
            jobs_unknown=sum(1 for job in still_open if job.state is JobState.UNKNOWN),
            jobs_to_print=tuple(
                job.job_id for job in still_open if job.state in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}
            ),
        )
