"""The passengers of a sale: one line each, checked by policy as it is typed. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from counter_app.application.views import PassengerInput, PassengerRule
from counter_app.domain.passengers import check_document, plain_document
from counter_app.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """What is still wrong with a line: a Reason value or "", and in which field (type | name | document).

    ``typed``: characters of a resident number that is not all there yet; 0 otherwise.
    """

    problem: str = ""
    field: str = ""
    typed: int = 0


CN_ID_LENGTH = 18
DOCUMENT_KINDS = ("cn_id", "passport", "other")


def document_kind(document: str) -> str:
    """What a document number looks like: digits are a resident number, whole or begun; letters a passport.

    A guess that the clerk sees and can change: a passport of digits alone there is too.
    """
    plain = plain_document(document)
    return "cn_id" if plain.removesuffix("X").isdigit() else "passport" if plain else ""


class PassengerForm:
    """``count`` lines, types first as the entry line said (``2a1c``), the rest adults."""

    def __init__(
        self, count: int, said: Mapping[str, int], rules: Sequence[PassengerRule], before: Sequence[PassengerInput] = ()
    ) -> None:
        assert count > 0
        self.rules = {rule.passenger_type: rule for rule in rules}
        wanted = [kind for kind, number in said.items() for _ in range(number)]
        # What the number tells by itself is not kept as the clerk's choice: it may be typed anew.
        self.lines = [
            replace(line, document_type="") if line.document_type == document_kind(line.document) else line
            for line in before[:count]
        ]
        for i in range(len(self.lines), count):
            kind = wanted[i] if i < len(wanted) else "adult"
            self.lines.append(PassengerInput(passenger_type=kind))
        self.refused: dict[int, LineState] = {}  # what the desk said of a line, until it is typed in again

    @property
    def types(self) -> list[str]:
        """Types that may be sold on this class, as the policy lists them."""
        return [rule.passenger_type for rule in self.rules.values() if rule.sellable]

    def put(self, line: int, **fields: str) -> None:
        """Fields of ``PassengerInput``: what was typed."""
        changed = replace(self.lines[line], **fields)
        if changed != self.lines[line]:
            self.lines[line] = changed
            self.refused.pop(line, None)

    def document_type(self, line: int) -> str:
        """As the clerk chose it, else as the number looks; "" while there is neither."""
        here = self.lines[line]
        return here.document_type or document_kind(here.document)

    def needs(self, line: int) -> tuple[bool, bool]:
        """(name, document) are needed."""
        rule = self.rules.get(self.lines[line].passenger_type)
        return (rule.needs_name, rule.needs_document) if rule else (False, False)

    def state(self, line: int) -> LineState:
        here = self.lines[line]
        rule = self.rules.get(here.passenger_type)
        if rule is None or not rule.sellable:
            return LineState(problem="type_not_sold_here", field="type")
        if rule.needs_name and not here.name.strip():
            return LineState(problem="name_needed", field="name")
        if rule.needs_document and not here.document.strip():
            return LineState(problem="document_needed", field="document")
        document = plain_document(here.document)
        if document:
            if any(plain_document(other.document) == document for i, other in enumerate(self.lines) if i != line):
                return LineState(problem="same_document_twice", field="document")
            kind = self.document_type(line)
            if kind == "cn_id" and len(document) < CN_ID_LENGTH and document.isdigit():
                return LineState(problem="bad_document", field="document", typed=len(document))
            try:
                check_document(kind, document)
            except Refusal as refusal:
                return LineState(problem=refusal.reason.value, field="document")
        return self.refused.get(line, LineState())

    @property
    def complete(self) -> bool:
        return not any(self.state(line).problem for line in range(len(self.lines)))

    def first_open(self) -> tuple[int, str] | None:
        """(line, field) of the first thing that is missing or wrong."""
        for line in range(len(self.lines)):
            state = self.state(line)
            if state.problem:
                return line, state.field
        return None

    def without_document(self) -> int:
        """The line that a scanned document is for: the first that lacks one it needs, else that has none, else 0."""
        empty = [line for line in range(len(self.lines)) if not self.lines[line].document.strip()]
        return next((line for line in empty if self.needs(line)[1]), empty[0] if empty else 0)

    def inputs(self) -> tuple[PassengerInput, ...]:
        return tuple(
            replace(
                line,
                name=" ".join(line.name.split()),
                document=plain_document(line.document),
                document_type=self.document_type(number) if line.document.strip() else "",
            )
            for number, line in enumerate(self.lines)
        )
