"""What central tells every counter: accounts, policies, other windows' certificates, which timetable is in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from counter_app.domain.accounts import DISPLAY_NAME_MAX, account_fact, check_login
from counter_app.domain.journal import Json, Kind
from counter_app.domain.policy import POLICY_BYTES_MAX, read_policy
from counter_app.domain.staff import SYSTEM, Role
from counter_app.domain.trust import BadTrust, Certificate, read_certificate
from counter_app.domain.trust_statement import Statement, follows, read_statement
from counter_app.errors import Refusal
from counter_app.ports.store import Reading, Writing
from counter_app.ports.users import UserRecord
from counter_app.wire import messages as m

ISSUE: Final = "issue"
ALLOTMENT: Final = "allotment"
POLICY: Final = "policy/"
POLICY_VERSION: Final = "policies/"  # every version that was ever received: tickets are refunded by theirs
_STAFF: Final = "staff/"
_CERTIFICATE: Final = "certificate/"
_PREFIXES: Final = (ISSUE, ALLOTMENT, POLICY, _STAFF, _CERTIFICATE, "revocation/", "layout/")
_TRUST: Final = "trust"  # kept by its own book, and no snapshot makes it forgotten
TRUST_NOT_TAKEN: Final = "trust-not-taken"  # why the last one was not; gone with the next that is
OLDER: Final = "trust_older"
NOT_READ: Final = "trust_not_read"
NOT_ITS_WORD: Final = "trust_not_signed"  # not by the operator's key that is trusted here
_HASH_MAX: Final = 400


@dataclass(slots=True, kw_only=True)
class ReceiveOperator:
    """``read_feed.Applier``. ``certificate_holds``: signed by the operator; ``statement_holds(new, known)`` too."""

    certificate_holds: Callable[[Certificate], bool]
    statement_holds: Callable[[Statement, Statement | None], bool]
    _accounts: list[UserRecord] = field(default_factory=list)
    _gone: list[UUID] = field(default_factory=list)
    _certificates: list[Certificate] = field(default_factory=list)
    _dropped: list[bytes] = field(default_factory=list)
    _policies: list[dict[str, object]] = field(default_factory=list)
    _statement: Statement | None = None
    _statement_unread: bool = False
    _values: dict[str, dict[str, object] | None] = field(default_factory=dict)

    def prepare(self, items: Sequence[m.FeedItem]) -> None:
        self._accounts, self._gone, self._certificates, self._dropped, self._policies = [], [], [], [], []
        self._values, self._statement, self._statement_unread = {}, None, False
        for item in items:
            try:
                self._sort(item)
            except (ValueError, KeyError, TypeError, Refusal, BadTrust):  # of a newer central: not for this program
                continue

    def _sort(self, item: m.FeedItem) -> None:
        if item.key != _TRUST and not item.key.startswith(_PREFIXES):
            return
        body = item.body
        match item.kind:
            case m.FeedKind.STAFF.value if body is None:
                self._gone.append(UUID(item.key.removeprefix(_STAFF)))
                self._values[item.key] = None
            case m.FeedKind.STAFF.value if body is not None:
                account = _account(body)
                self._accounts.append(account)
                # The account itself is in its own table; this names it, for what a snapshot leaves out.
                self._values[f"{_STAFF}{account.user_id}"] = {"user_id": str(account.user_id)}
            case m.FeedKind.CERTIFICATE.value if body is None:
                self._dropped.append(bytes.fromhex(item.key.removeprefix(_CERTIFICATE)))
                self._values[item.key] = None
            case m.FeedKind.CERTIFICATE.value if body is not None:
                certificate = read_certificate(body)
                if self.certificate_holds(certificate):
                    self._certificates.append(certificate)
                    self._values[item.key] = {"key_id": certificate.key_id.hex()}
            case m.FeedKind.TRUST.value:
                self._statement_unread = True
                self._statement = read_statement(body)
                self._statement_unread = False
            case m.FeedKind.POLICY.value if body is not None:
                self._policies.append(_policy(body))
                self._values[item.key] = dict(body)
            case _:
                self._values[item.key] = None if body is None else dict(body)

    def apply(self, books: Writing) -> bool:
        facts = self._receive(books)
        said = self._take_statement(books)
        for certificate in self._certificates:
            books.sync.put_certificate(certificate)
        for key_id in self._dropped:
            books.sync.drop_certificate(key_id)
        for policy in self._policies:
            self._activate(books, policy)
        for key, body in self._values.items():
            books.sync.put_feed_value(key, body)
        _journal(books, facts)
        return bool(facts or self._values or said)

    def _take_statement(self, books: Writing) -> bool:
        """Never an older one: who holds back revocations, or sends last month's, is not heard. It is said, though: what

        central revokes from now on is not heard either, until its numbers are higher again.
        """
        new, known = self._statement, books.trust.statement()
        if self._statement_unread:  # of a newer central, or nonsense
            return _note(books, {"why": NOT_READ})
        if new is None:
            return False
        if not follows(new, known):
            assert known is not None, "only then it does not follow"
            return _note(books, {"why": OLDER, "sequence": new.sequence, "known": known.sequence})
        if not self.statement_holds(new, known):
            return _note(books, {"why": NOT_ITS_WORD, "sequence": new.sequence})
        books.trust.put_statement(new)
        _note(books, None)
        return True

    def _receive(self, books: Writing) -> list[Json]:
        changed: list[UserRecord] = []
        for account in self._accounts:
            changed += books.users.receive(account)
        for user_id in self._gone:
            changed += _deactivated(books, user_id)
        return [_fact(user) for user in changed]

    @staticmethod
    def _activate(books: Writing, policy: dict[str, object]) -> None:
        """Kept under its version too. It applies here from the next start of the program on."""
        reference = f"{policy['name']}@{policy['version']}"
        if books.sync.feed_value(f"{POLICY_VERSION}{reference}") is not None:
            return
        books.sync.put_feed_value(f"{POLICY_VERSION}{reference}", policy)
        fact: dict[str, Json] = {"policy": reference}
        books.journal.append(Kind.POLICY_ACTIVATED, fact, actor=SYSTEM)

    def end_snapshot(self, books: Writing, named: set[str]) -> bool:
        facts: list[Json] = []
        over = [key for prefix in _PREFIXES for key in books.sync.feed_keys(prefix) if key not in named]
        for key in over:
            books.sync.put_feed_value(key, None)
            if key.startswith(_STAFF):
                facts += [_fact(user) for user in _deactivated(books, UUID(key.removeprefix(_STAFF)))]
            elif key.startswith(_CERTIFICATE):
                books.sync.drop_certificate(bytes.fromhex(key.removeprefix(_CERTIFICATE)))
        _journal(books, facts)
        return bool(over)

    def committed(self) -> None:
        """Nothing remembers any of it."""


def trust_trouble(books: Reading) -> str:
    """Why what central last said of keys was not taken here: a stable code with its numbers; empty: it was."""
    noted = books.sync.feed_value(TRUST_NOT_TAKEN)
    if noted is None:
        return ""
    numbers = [str(noted[name]) for name in ("sequence", "known") if name in noted]
    return ": ".join(filter(None, (str(noted["why"]), " < ".join(numbers))))


def _note(books: Writing, trouble: dict[str, object] | None) -> bool:
    """Whether it is another than before."""
    if books.sync.feed_value(TRUST_NOT_TAKEN) == trouble:
        return False
    books.sync.put_feed_value(TRUST_NOT_TAKEN, trouble)
    return True


def _journal(books: Writing, facts: list[Json]) -> None:
    if facts:
        books.journal.append(Kind.ACCOUNTS_RECEIVED, {"accounts": facts}, actor=SYSTEM)


def _deactivated(books: Writing, user_id: UUID) -> list[UserRecord]:
    known = books.users.by_id(user_id)
    return [] if known is None else books.users.receive(replace(known, active=False))


def _fact(user: UserRecord) -> Json:
    return account_fact(
        user_id=str(user.user_id),
        login=user.login,
        display_name=user.display_name,
        role=user.role.value,
        active=user.active,
        password_hash=user.password_hash,
    )


def _account(body: Mapping[str, Any]) -> UserRecord:
    """Raises ValueError, KeyError, Refusal for what is no account."""
    login, name, password_hash = (str(body[field]) for field in ("login", "display_name", "password_hash"))
    check_login(login)
    if not name or len(name) > DISPLAY_NAME_MAX or len(password_hash) > _HASH_MAX:
        raise ValueError("account")
    return UserRecord(
        user_id=UUID(str(body["user_id"])),
        login=login,
        display_name=name,
        role=Role(str(body["role"])),
        password_hash=password_hash,
        active=body["active"] is True,
        failed_tries=0,
        locked_until=None,
    )


def _policy(body: Mapping[str, Any]) -> dict[str, object]:
    """Only one that this program understands. Raises Refusal, ValueError, KeyError."""
    text = str(body["body"])
    if len(text.encode()) > POLICY_BYTES_MAX:
        raise ValueError("policy")
    policy = read_policy(text)
    if (policy.name, policy.version) != (body["name"], body["version"]):
        raise ValueError("policy")
    return {"name": policy.name, "version": policy.version, "body": text}
