"""What the clerk hears of a print job that did not come out, or not yet. No Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from counter_app.application.views import PrintJobView
from counter_app.ports.prints import GIVEN_UP, JobKind, JobState
from counter_app.texts import Texts
from ui.presenters.jobs import kind_words
from ui.presenters.lane import Trouble
from ui.presenters.refusals import DEVICE_WORDS, Notice, explain

DRAWER: Final = "drawer_shut"


def ended(job: PrintJobView, t: Texts, *, drawer: PrintJobView | None = None, elsewhere: bool = False) -> Notice:
    """Of one that is unknown or failed before send. ``drawer``: the kick that came to nothing just before, or this one.

    ``elsewhere``: there is another printer.
    """
    if job.kind == JobKind.DRAWER.value:
        return _drawer(job, t)
    paper = _paper(job, t, elsewhere=elsewhere)
    if drawer is None:
        return paper
    shut = _drawer(drawer, t)
    return replace(
        paper,
        title=f"{shut.title} · {paper.title}",
        what_to_do=f"{shut.what_to_do} {paper.what_to_do}",
        code=DRAWER,
    )


def _drawer(kick: PrintJobView, t: Texts) -> Notice:
    if kick.state is JobState.UNKNOWN:
        return Notice(
            title=t("The cash drawer may be shut"),
            what_happened=t("The printer did not answer when it was to open the drawer."),
            what_to_do=t("Open the drawer with its key; it does not open by itself later."),
            mood="warn",
            code=DRAWER,
        )
    return Notice(
        title=t("The cash drawer is shut"),
        what_happened=_why(kick, t),
        what_was_done=t("Nothing was sent to it."),
        what_to_do=t("Open the drawer with its key; it does not open by itself later."),
        mood="warn",
        code=DRAWER,
    )


def _why(kick: PrintJobView, t: Texts) -> str:
    if kick.refused:
        return t("The window could not write down that it opens the drawer.")
    return t(DEVICE_WORDS.get(kick.detail, DEVICE_WORDS[""]))


def _name(job: PrintJobView, t: Texts) -> str:
    """A receipt has no number of its own."""
    return job.title or kind_words(job, t)


def _paper(job: PrintJobView, t: Texts, *, elsewhere: bool) -> Notice:
    if job.state is JobState.UNKNOWN:
        return Notice(
            title=t("Did it come out? {title}", title=_name(job, t)),
            what_happened=t("The printer did not confirm this paper."),
            what_was_done=t("The sale itself stands."),
            what_to_do=t("Look at the printer and answer under Devices (Alt+7)."),
            mood="bad",
            code="paper_unknown",
        )
    if job.detail.endswith(GIVEN_UP):
        return Notice(
            title=t("Given up: {title}", title=_name(job, t)),
            what_happened=t("Nothing was sent to the printer."),
            what_to_do=t("Under Devices (Alt+7) it is printed after all with F5, or sent to another printer with F4.")
            if elsewhere
            else t("Under Devices (Alt+7) it is printed after all with F5."),
            mood="warn",
            code="paper_given_up",
        )
    return Notice(
        title=t("Not printed yet: {title}", title=_name(job, t)),
        what_happened=f"{t(DEVICE_WORDS[job.detail])} {t('Nothing was sent to the printer.')}"
        if job.detail in DEVICE_WORDS and job.detail
        else t("The printer was not ready. Nothing was sent to it."),
        what_to_do=t("It prints by itself once the printer is ready, or on another one: Devices (Alt+7).")
        if elsewhere
        else t("It prints by itself once the printer is ready."),
        mood="warn",
        code="paper_waiting",
    )


def not_begun(trouble: Trouble, t: Texts) -> Notice:
    """Said once; which papers it is about stands in the list of print jobs."""
    why = explain(trouble, t)
    return Notice(
        title=t("A paper waits and cannot be printed"),
        what_happened=why.what_happened,
        what_was_done=t("Nothing was sent to the printer; the paper is not lost and is tried again."),
        what_to_do=t("The list under Devices (Alt+7) says which papers wait, and why."),
        mood="bad",
        code=why.code,
    )


def not_written(trouble: Trouble, t: Texts) -> Notice:
    why = explain(trouble, t)
    return Notice(
        title=t("What became of a paper could not be recorded"),
        what_happened=why.what_happened,
        what_was_done=t("It is not printed again by itself."),
        what_to_do=t("Look at the printer and answer under Devices (Alt+7)."),
        mood="bad",
        code=why.code,
    )
