"""Who may agree with the differences of a stock-take (盘点审批): never who counted, and above the limit of the site only a supervisor.

The rule reads the rows alone, so that laptop and hub say the same. The hub holds an approval that breaks it back for a supervisor to see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import values
from app.errors import Objection
from app.fields import from_json
from app.inventory.rules import limit_of
from app.sync.reducer import KeptApartError
from app.tx import Reader, Tx
from app.words import N_

#: What the hub says of an approval that it holds back.
BY_COUNTER = "approved by who counted"
ABOVE_LIMIT = "differences above the limit of the site"

_COUNTS = (
    "SELECT id, part_id, bin_id, coalesce(batch, ''), counted - seen_balance, unit_price, counted_by, paper_name, replaces "
    "FROM count_line WHERE count_id = ? AND deleted = 0 ORDER BY counted_at, id"
)


@dataclass(frozen=True)
class Stake:
    """What an approval is about: surplus and shortage added up in hundredths, what has no price, and who counted."""

    amount: int
    unpriced: int
    people: frozenset[bytes | None]
    on_paper: frozenset[str]

    def within(self, limit: int) -> bool:
        """Whether a second storekeeper may agree; a difference without a price is never small."""
        return self.amount <= limit and not self.unpriced


def stake_of(read: Reader, count: Mapping[str, Any]) -> Stake:
    """What the counts that stand come to."""
    rows = read.rows(_COUNTS, count["id"])
    replaced = {one for row in rows for one in from_json(row[-1]) or ()}
    last = {row[1:4]: row for row in rows if row[0].hex() not in replaced}
    differing = [(row[4], row[5]) for row in last.values() if row[4]]
    standing = [row for row in rows if row[0].hex() not in replaced]
    people = {row[6] for row in standing} | ({count["counted_by"]} if count["counted_at"] else set())
    return Stake(
        sum(values.line_value(abs(difference), price) for difference, price in differing),
        sum(not price for _difference, price in differing),
        frozenset(people),
        frozenset(row[7].casefold() for row in standing if row[7]),
    )


def barred(
    read: Reader, count: Mapping[str, Any], approver: bytes | None, *, small: bool, name: str = ""
) -> tuple[str, Objection] | None:
    """Why this person may not approve: the hub's reason, and the sentence; None where nothing is against it. `name`: as who is signed in."""
    stake, limit = stake_of(read, count), limit_of(read, count["site_id"])
    names = _names(read, approver) | ({name.casefold()} if name else set())
    if approver in stake.people or names & stake.on_paper:
        text = N_("Whoever counted cannot approve. Let a second person sign in and look at it.")
        return BY_COUNTER, Objection("count.same", text)
    if small and not (limit > 0 and stake.within(limit)):
        text = N_("The differences of {amount} are above the limit of {limit}: a supervisor approves them.")
        said = {"amount": values.show_money(stake.amount), "limit": values.show_money(limit)}
        return ABOVE_LIMIT, Objection("count.limit", text, said)
    return None


def demand_second(tx: Tx, count: Mapping[str, Any], *, small: bool) -> None:
    """Raise KeptApartError where the author of the op may not approve: nothing is approved, and the hub keeps the op."""
    if found := barred(tx, count, tx.op.actor, small=small):
        raise KeptApartError(found[0])


def _names(read: Reader, account: bytes | None) -> frozenset[str]:
    """What a person is called on paper."""
    row = read.row(
        "SELECT a.username, s.name, s.name_en FROM user_account a LEFT JOIN staff s ON s.id = a.staff_id WHERE a.id = ?",
        account,
    )
    return frozenset(name.casefold() for name in row or () if name)
