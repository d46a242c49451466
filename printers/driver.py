"""A real printer: status before each job, its own word after it, and no doubt hidden in between (printing.md)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from counter_app.domain.papers import Paper
from counter_app.errors import DeviceTrouble
from counter_app.ports.prints import Delivery, DeliveryOutcome, PrinterStatus
from printers.answers import (
    Answer,
    AnswerReader,
    Automatic,
    InOrder,
    ProcessId,
    RealTime,
    in_trouble,
    read_block,
    read_status,
    silent,
    unasked,
)
from printers.compose import Composer
from printers.escpos import drawer_bytes, flush_bytes, question, token_bytes
from printers.jobs import job_bytes
from printers.line import PrinterLine
from printers.profiles import Confirm, Profile, StatusBy
from printers.transports.base import Link, LinkBroken, Opener

_STALE_READS_MAX = 64  # a line that never stops talking is not waited out
_OLDER_UNKNOWN = 2  # questions that an earlier process may have left: of its job, and of filling up before it
_OLDER_MAX = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds. ``send`` comes on top of what the line needs for the bytes."""

    connect_s: float = 3.0
    answer_s: float = 0.8
    send_s: float = 8.0
    confirm_s: float = 12.0
    quiet_s: float = 0.4


class EscposPrinter:
    """One printer; its line keeps calls apart, each ends by its deadlines, and each has a connection of its own.

    ``half_sent``: whether an interrupted job may have left the printer in the middle of an image. None (a fresh
    process doesn't know) fills it up before the first job; True cuts the spoiled paper off as well. ``line``: of
    another driver for the same device, in the place of ``half_sent``.
    """

    def __init__(
        self,
        opener: Opener,
        profile: Profile,
        composer: Composer,
        *,
        name: str = "",
        deadlines: Deadlines | None = None,
        half_sent: bool | None = None,
        line: PrinterLine | None = None,
    ) -> None:
        self._opener = opener
        self._profile = profile
        self._composer = composer
        self._name = name or opener.where
        self._deadlines = deadlines or Deadlines()
        self._line = line or PrinterLine(half_sent=half_sent)

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    @property
    def line(self) -> PrinterLine:
        return self._line

    def status(self) -> PrinterStatus:
        with self._line.call() as stop, self._line.turn(stop):
            try:
                link = self._opener.open(self._deadlines.connect_s, stop)
            except DeviceTrouble:
                return silent("not_reachable")
            except LinkBroken as broken:
                return silent(broken.why)
            try:
                return self._ask_or_fill(link, AnswerReader())
            finally:
                link.close()

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        # Composed while the line is open and the printer has said how it is: its first byte follows at once.
        with self._line.call() as stop:
            return self._run(lambda: job_bytes(paper, self._profile, self._composer, token=token), token, stop)

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        with self._line.call() as stop:
            return self._run(lambda: drawer_bytes(self._profile, token=token), token, stop)

    def cancel(self) -> None:
        self._line.cancel()

    def assume(self, *, half_sent: bool | None) -> None:
        """What recovery knows of the jobs of an earlier process; as in the constructor."""
        self._line.assume(half_sent=half_sent)

    def close(self) -> None:
        """Nothing is open between jobs."""

    def _run(self, compose: Callable[[], bytes], token: int, stop: Event) -> DeliveryOutcome:
        with self._line.turn(stop):
            try:
                link = self._opener.open(self._deadlines.connect_s, stop)
            except DeviceTrouble as trouble:
                return _failed("not_reachable", silent("not_reachable"), trouble.detail)
            except LinkBroken as broken:
                return _failed(broken.why, silent(broken.why))
            try:
                return self._converse(link, compose, token)
            finally:
                link.close()

    def _converse(self, link: Link, compose: Callable[[], bytes], token: int) -> DeliveryOutcome:
        reader = AnswerReader()
        status = self._ask_or_fill(link, reader)
        if not status.ready:
            return _failed(status.error, status)
        if self._line.half_sent is not False:
            trouble = self._make_whole(link, reader)
            if trouble:
                return _failed(trouble, status)
            self._line.whole()
        job = compose()
        asks = question(self._profile, token)
        assert job.endswith(asks)
        within_s = self._deadlines.send_s + 2 * self._opener.seconds_for(len(job))
        sent = 0
        try:
            link.write(job.removesuffix(asks), within_s)
            sent = len(job) - len(asks)
            # What has come by now was said before the question: it is no answer to it.
            early = asks != b"" and any(map(self._is_word_for(token), self._drain(link, reader)))
            if asks:
                self._asked(1)
                link.write(asks, within_s)
        except LinkBroken as broken:
            sent += broken.sent
            if not sent:
                return _failed(broken.why, status)
            self._line.left(self._profile)
            return _unknown(f"{broken.why} after {sent} of {len(job)} bytes", status)
        return self._confirmed(link, reader, len(job), token, status, early=early)

    def _confirmed(
        self, link: Link, reader: AnswerReader, count: int, token: int, status: PrinterStatus, *, early: bool
    ) -> DeliveryOutcome:
        """``early``: its word came already before it was asked for, and proves nothing."""
        if self._profile.confirm is Confirm.NOTHING:
            return _unknown("this printer gives no word", status)
        within_s = self._deadlines.confirm_s + self._opener.seconds_for(count)
        noise = reader.garbage
        try:
            said: list[Answer] = []
            word = self._wait(link, reader, within_s, self._is_word_for(token), said)
            # One byte is a short word: beside noise or answers to no question, or saying that the paper is out, it
            # proves nothing.
            alone = all(answer is word or isinstance(answer, Automatic) for answer in said)
            weak = isinstance(word, InOrder) and (word.paper_out or not alone)
            if word is not None and reader.garbage == noise and not weak and not early:
                self._line.whole()
                return DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=status)
            why = "no word in time" if word is None else "no word to trust"
            now = self._ask(link, reader)  # tells the clerk why: the paper ran out while it printed
        except LinkBroken as broken:
            why, now = broken.why, silent(broken.why)
        self._line.left(self._profile)
        return _unknown(f"{why}: {now.error}" if now.error not in {"", why} else why, now)

    def _is_word_for(self, token: int) -> Callable[[Answer], bool]:
        match self._profile.confirm:
            case Confirm.PROCESS_ID:
                return lambda answer: isinstance(answer, ProcessId) and answer.token == token_bytes(token)
            case Confirm.STATUS | Confirm.NOTHING:
                return lambda answer: isinstance(answer, InOrder)

    def _make_whole(self, link: Link, reader: AnswerReader) -> str:
        """Fills up a half-sent image and waits out what was still to be printed: "" or what went wrong.

        Its question is answered in order, so after its answer no answer of an older job can be taken for ours.
        Nothing of the new job was sent by then.
        """
        count = self._questions()
        flush = self._filling(cut=bool(self._line.half_sent)) + question(self._profile, 0) * count
        try:
            self._asked(count)
            link.write(flush, self._deadlines.send_s + 2 * self._opener.seconds_for(len(flush)))
            if self._profile.confirm is Confirm.NOTHING:
                return ""
            within_s = self._deadlines.confirm_s + self._opener.seconds_for(len(flush))
            came = self._count(link, reader, within_s, count)
            if not came:
                return "no_word"
            if came < count and not self._line.short:
                self._line.short = True  # what is missing may come yet, and would be taken for the next job's
                return "no_word"
            late = self._opener.keeps_answers or self._line.half_sent
            if self._profile.confirm is Confirm.STATUS and late:
                quiet_s = self._deadlines.quiet_s if came >= count else self._deadlines.confirm_s
                for _ in range(_STALE_READS_MAX):
                    if not self._count(link, reader, quiet_s, 1):
                        break  # until then the older job's answer came first
        except LinkBroken as broken:
            return broken.why
        return ""

    def _questions(self) -> int:
        """How often to ask: once more than older questions may still be answered. Of so many answers the last is ours,
        and the rest of ours follows at once: they were asked together, with nothing to print between them.
        """
        if self._profile.confirm is not Confirm.STATUS:
            return 1  # an echo says whose it is
        if self._line.unanswered is None:
            self._line.unanswered = _OLDER_UNKNOWN if self._opener.keeps_answers else 0
        return min(self._line.unanswered, _OLDER_MAX) + 1

    def _asked(self, count: int) -> None:
        if self._profile.confirm is Confirm.STATUS:
            self._line.asked(count)

    def _count(self, link: Link, reader: AnswerReader, within_s: float, wanted: int) -> int:
        """Answers to our own question, until there are ``wanted``; several may come in one piece."""
        is_ours = self._is_word_for(0)
        end, came = time.monotonic() + within_s, 0
        while came < wanted and (left := end - time.monotonic()) > 0:
            came += sum(map(is_ours, self._heard(reader, link.read(left))))
        return came

    def _heard(self, reader: AnswerReader, data: bytes) -> list[Answer]:
        answers = reader.feed(data)
        self._line.answered(sum(isinstance(answer, InOrder) for answer in answers))
        return answers

    def _filling(self, *, cut: bool) -> bytes:
        """For a picture as wide as the profile has it that the broken job was sent by."""
        return flush_bytes(self._line.left_by or self._profile, cut=cut)

    def _ask_or_fill(self, link: Link, reader: AnswerReader) -> PrinterStatus:
        """Some printers take even a real-time question for dots while a picture is not whole, and would be silent for
        ever: where one was left so, it is filled up and asked again.
        """
        status = self._ask(link, reader)
        if status.answered or status.ready or self._line.half_sent is not True:
            return status
        zeros = self._filling(cut=False)
        try:
            link.write(zeros, self._deadlines.answer_s + 2 * self._opener.seconds_for(len(zeros)))
        except LinkBroken:
            return status
        return self._ask(link, reader)

    def _ask(self, link: Link, reader: AnswerReader) -> PrinterStatus:
        """As the profile says that it answers; silence or anything but a valid answer is not ready."""
        try:
            self._drain(link, reader)
            match self._profile.status:
                case StatusBy.DLE_EOT:
                    status = self._ask_in_real_time(link, reader)
                case StatusBy.ASB:
                    status = self._ask_for_block(link, reader)
                case StatusBy.NONE:
                    status = unasked()
            if status.answered:
                return status
            trouble = link.port_error()
        except LinkBroken as broken:
            return silent(broken.why if broken.why in {"closed", "cancelled"} else "silent")
        return in_trouble(trouble) if trouble else status

    def _drain(self, link: Link, reader: AnswerReader) -> list[Answer]:
        """What has come until now."""
        answers: list[Answer] = []
        for _ in range(_STALE_READS_MAX):
            stale = link.read(0)
            if not stale:
                break
            answers += self._heard(reader, stale)
        return answers

    def _ask_in_real_time(self, link: Link, reader: AnswerReader) -> PrinterStatus:
        """DLE EOT 1 to 4, one question at a time: an answer does not say to which."""
        status = self._ask_four(link, reader)
        if status.error == "cutter" and self._profile.recovers:
            # An error whose cause is gone stays until it is cleared; one whose cause stays comes back at once.
            # What is cleared with it can only be the rest of a job that is spoiled already.
            link.write(b"\x10\x05\x02", self._deadlines.answer_s)
            self._line.left(self._profile)
            status = self._ask_four(link, reader)
        return status

    def _ask_four(self, link: Link, reader: AnswerReader) -> PrinterStatus:
        bits: dict[int, int] = {}
        for n in (1, 2, 3, 4):
            link.write(bytes((0x10, 0x04, n)), self._deadlines.answer_s)
            answer = self._wait(link, reader, self._deadlines.answer_s, _is_real_time)
            if not isinstance(answer, RealTime):
                return silent("garbled" if reader.garbage else "silent")
            bits[n] = answer.bits
        return read_status(bits)

    def _ask_for_block(self, link: Link, reader: AnswerReader) -> PrinterStatus:
        """GS a: switching it on sends one block at once; then it is off again, and the next answer is the job's."""
        link.write(b"\x1da\x0f\x1da\x00", self._deadlines.answer_s)
        answer = self._wait(link, reader, self._deadlines.answer_s, lambda said: isinstance(said, Automatic))
        if not isinstance(answer, Automatic):
            return silent("garbled" if reader.garbage else "silent")
        return read_block(answer.block)

    def _wait(
        self,
        link: Link,
        reader: AnswerReader,
        within_s: float,
        wanted: Callable[[Answer], bool],
        said: list[Answer] | None = None,
    ) -> Answer | None:
        """``said``: takes all that came until then."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            answers = self._heard(reader, link.read(left))
            if said is not None:
                said += answers
            for answer in answers:
                if wanted(answer):
                    return answer
        return None


def _is_real_time(answer: Answer) -> bool:
    return isinstance(answer, RealTime)


def _failed(error: str, status: PrinterStatus, detail: str = "") -> DeliveryOutcome:
    return DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail=detail or error, status=status)


def _unknown(detail: str, status: PrinterStatus) -> DeliveryOutcome:
    return DeliveryOutcome(delivery=Delivery.UNKNOWN, detail=detail, status=status)
