"""The hub's file answers in the place of the hub: one exchange runs on it as on the line, with the same rules."""

from typing import Any

from app.errors import AppError
from app.sync.bundle.lines import Returned
from app.sync.line import HistoryError
from app.sync.protocol import (
    START,
    AskDigest,
    Hello,
    Known,
    Message,
    Page,
    Point,
    Pull,
    Push,
    Receipt,
    Receipts,
    Verifiers,
    Welcome,
)
from app.words import N_

OLD = N_(
    "“{name}” is older than what this laptop has of the hub already. Nothing was changed; if something is still missing, export anew and have that file answered."
)
OTHER_STATE = N_(
    "“{name}” answers an earlier state of this laptop and does not fit any more. Nothing was changed; export anew and have that file answered."
)
ELSEWHERE = N_("This needs the hub itself; a file cannot answer it.")


class Answers:
    """What the hub says in all parts of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.returned: Returned | None = None
        self.welcome: Welcome | None = None
        self.pages: list[Page] = []
        self.known: dict[bytes, Receipt] = {}
        self.verifiers: Verifiers | None = None

    def add(self, message: Message) -> None:
        """One more line of it."""
        if isinstance(message, Returned):
            self.returned = message
        elif isinstance(message, Welcome):
            self.welcome = message
        elif isinstance(message, Verifiers):
            self.verifiers = message
        elif isinstance(message, Page):
            self.pages.append(message)
            self._note(message.receipts)
        elif isinstance(message, Receipts):
            self._note(message.receipts)

    def _note(self, receipts: list[Receipt]) -> None:
        self.known |= {receipt.op_id: receipt for receipt in receipts}

    @property
    def said(self) -> Returned:
        """How the answer fits. Raises AppError for a file that does not say."""
        if self.returned is None or self.welcome is None:
            raise AppError(OTHER_STATE, name=self.name)
        return self.returned

    def holds(self, point: Point) -> bool:
        """Whether a point that the laptop has seen belongs to the history of this answer."""
        pages = any(point == page.point for page in self.pages)
        return pages or self.said.holds(point)


class FileLine:
    """A line to the hub as it was when it wrote its answer; nothing can be sent on it."""

    def __init__(self, answers: Answers, hub_id: bytes) -> None:
        self._answers, self._hub_id = answers, hub_id
        self._next = 0

    def ask(self, message: Message, _kind: Any = None) -> Any:
        """The hub's answer. Raises HistoryError where the laptop has seen another history than the file's."""
        proof = getattr(message, "proof", None)
        if proof is not None and not isinstance(message, Known) and not self._answers.holds(proof):
            raise HistoryError
        if isinstance(message, Hello):
            return self._welcome(message)
        if isinstance(message, Push):
            return self._receipts([op.op_id for op in message.ops], message.proof)
        if isinstance(message, Known):
            return self._receipts(message.op_ids, message.proof)
        if isinstance(message, Pull):
            return self._page()
        if self._answers.verifiers is not None and not isinstance(message, AskDigest):
            return self._answers.verifiers
        raise AppError(ELSEWHERE)

    def _welcome(self, hello: Hello) -> Welcome:
        import msgspec

        self._next = 0
        welcome = self._answers.welcome
        assert welcome is not None  # the file was judged before
        heads = [head for head in welcome.chains if head.chain in hello.chains]
        return msgspec.structs.replace(welcome, chains=heads)

    def _receipts(self, op_ids: list[bytes], proof: Point | None) -> Receipts:
        known = self._answers.known
        point = proof or Point(self._answers.said.point.epoch, 0, START)
        return Receipts(self._hub_id, [known[op_id] for op_id in op_ids if op_id in known], point)

    def _page(self) -> Page:
        self._next += 1
        return self._answers.pages[self._next - 1]


def judge(answers: Answers, newest: Point, cursors: dict[str, int], *, floor: int, number: int) -> None:
    """Raise AppError where the answer does not fit to what the laptop has: an old one, or one that begins too late.

    `newest`: the last point of the hub's history that was seen here; `floor`: answers to files before this number are void.
    """
    said = answers.said
    if number < floor:
        raise AppError(OLD, name=answers.name)
    if said.revoked:
        return
    if not answers.pages:
        raise AppError(OTHER_STATE, name=answers.name)
    if not answers.holds(newest):
        if not said.proven and said.proof == newest:
            return  # the hub was restored: everything is read anew
        older = newest.epoch == said.point.epoch and newest.seq > said.point.seq
        raise AppError(OLD if older else OTHER_STATE, name=answers.name)
    if any(seq > said.point.seq for seq in cursors.values()):
        raise AppError(OLD, name=answers.name)
    if any(seq > cursors.get(bucket, 0) for bucket, seq in said.since.items()):
        raise AppError(OTHER_STATE, name=answers.name)
