"""The value of the stock, derived (库存金额): each movement's step and each part's worth in a store, by `value.step`.

A warehouse is one store: parts are valued together over all of its bins. All stores of a site are reckoned in one pass, since a
transfer arrives in one at what it left the other at. The order is the hub's; what waits for the hub comes last, in the order in
which it was booked, and is provisional until the hub has numbered it. A movement that comes last is added; one that comes in
between (a pull, a rejected booking) has its part reckoned again from the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.changes import STOCK
from app.inventory.stores import STORE
from app.inventory.value import Known, Move, State, Step, step
from app.settle import settles
from app.tx import Derive, Reader
from db.driver import locked_row

Pair = tuple[bytes, bytes]

#: The hub's order of movements, and after it that of this file.
IN_ORDER = "m.hub_place IS NULL, m.hub_place, m.n"
#: The columns of a movement that `Fold.take` takes.
MOVES = (
    "m.id, m.type, m.qty, m.unit_price, m.price_tax, m.tax_rate, coalesce(m.reversal_of_id, m.again_of_id), "
    f"coalesce(m.loan_id, m.transfer_id), m.n, {STORE}"
)
_TOUCHED = "SELECT id FROM temp.touched WHERE tbl = 'stock_movement'"
#: The parts concerned: how many of the touched movements are there, how many were reckoned before, which come first.
_PAIRS = f"""
SELECT part_id, site_id, min(n), max(stepped), max(numbered) FROM (
  SELECT m.part_id, m.site_id, m.n, CASE WHEN s.movement_id IS NULL THEN 0 ELSE 1 END AS stepped,
    CASE WHEN m.hub_seq IS NULL THEN 0 ELSE 1 END AS numbered
  FROM stock_movement m LEFT JOIN stock_step s ON s.movement_id = m.id WHERE m.id IN ({_TOUCHED})
  UNION ALL SELECT s.part_id, s.site_id, 0, 1, 0 FROM stock_step s WHERE s.movement_id IN ({_TOUCHED})
    AND NOT EXISTS (SELECT 1 FROM stock_movement m WHERE m.id = s.movement_id)) t
GROUP BY part_id, site_id ORDER BY part_id, site_id"""
_STEP = (
    "INSERT INTO stock_step (movement_id, part_id, site_id, store_id, place, value, difference, on_hand, worth) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (movement_id) DO UPDATE SET part_id = excluded.part_id, "
    "site_id = excluded.site_id, store_id = excluded.store_id, place = excluded.place, value = excluded.value, difference = excluded.difference, "
    "on_hand = excluded.on_hand, worth = excluded.worth"
)
_KEPT = (
    "SELECT movement_id, store_id, place, value, difference, on_hand, worth FROM stock_step "
    "WHERE part_id = ? AND site_id = ?"
)
_WORTH = (
    "INSERT INTO stock_worth (part_id, site_id, store_id, place, last_n, on_hand, worth, base_qty, base_worth) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (part_id, site_id, store_id) DO UPDATE SET place = excluded.place, "
    "last_n = excluded.last_n, on_hand = excluded.on_hand, worth = excluded.worth, base_qty = excluded.base_qty, "
    "base_worth = excluded.base_worth"
)
#: The movements that came, and where their parts stood before; a push of hundreds asks once.
_CAME = f"SELECT {MOVES}, m.part_id, m.site_id FROM stock_movement m WHERE m.id IN ({_TOUCHED}) ORDER BY m.n"
_STOOD = f"""
SELECT part_id, site_id, store_id, on_hand, worth, base_qty, base_worth, place, last_n FROM stock_worth
WHERE (part_id, site_id) IN (SELECT m.part_id, m.site_id FROM stock_movement m WHERE m.id IN ({_TOUCHED}))
ORDER BY part_id, store_id"""
_BEFORE = (
    "SELECT s.value, m.qty FROM stock_step s JOIN stock_movement m ON m.id = s.movement_id "
    "WHERE s.part_id = ? AND s.site_id = ?"
)
_BY_ID = f"{_BEFORE} AND s.movement_id = ?"
_BY_PAIR = (
    f"{_BEFORE} AND coalesce(m.loan_id, m.transfer_id) = ? AND m.type IN ('transfer_out', 'loan_out') "
    "ORDER BY s.place DESC LIMIT 1"
)


#: What is kept of a part in a store: its state, the place of its last movement, and the number of that one in this file.
Kept = tuple[State, int, int]


@dataclass
class Fold:
    """Movements of one part at one site, one after the other, with a state for each store of the site."""

    stores: dict[bytes, Kept] = field(default_factory=dict)
    place: int = 0
    #: Value and quantity of what went before, by movement and by what pairs two.
    values: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    pairs: dict[bytes, tuple[int, int]] = field(default_factory=dict)

    def state(self, store: bytes) -> State:
        """A store as it stands."""
        return self.stores[store][0] if store in self.stores else State()

    def take(self, row: Sequence[Any], known: Known | None = None) -> tuple[Move, Step]:
        """Reckon the next movement in its store; `known` tells of those that are not in this fold."""
        move, n, store = Move(*row[:8]), row[8], row[9]
        made = step(self.state(store), move, lambda key: self.known(key) or (known(key) if known else None))
        self.place += 1
        last_n = self.stores[store][2] if store in self.stores else 0
        self.stores[store] = made.after, self.place, max(last_n, n)
        self.values[move.id] = (made.value, move.qty)
        if move.pair and not move.gains:
            self.pairs[move.pair] = (made.value, move.qty)
        return move, made

    def known(self, key: bytes) -> tuple[int, int] | None:
        """What an earlier movement did: by its id, or by the transfer or loan that it began."""
        return self.values.get(key) or self.pairs.get(key)


@settles("stock value", {"stock_movement"}, STOCK, order=19)
def settle_value(derive: Derive) -> bool:
    """Reckon the movements that came; parts whose order has changed, from their first movement."""
    pairs = derive.rows(_PAIRS)
    # Two pushes of one part at once: the second waits, and reckons on what the first has left.
    standing = _STOOD + locked_row(derive.connection)
    stood: dict[Pair, dict[bytes, Kept]] = {}
    for part, site, store, *state, place, last_n in derive.rows(standing):
        stood.setdefault((part, site), {})[store] = State(*state), place, last_n
    came: dict[Pair, list[tuple[Any, ...]]] = {}
    for row in derive.rows(_CAME):
        came.setdefault((row[10], row[11]), []).append(row)
    written = _Written()
    for part, site, first_n, stepped, numbered in pairs:
        pair = part, site
        fold = None if stepped or numbered else _standing(stood.get(pair), first_n)
        if fold is None:
            _again(derive, pair, written)
        else:
            written.add(pair, fold, came[pair], _Earlier(derive, pair))
    derive.run_many(_STEP, written.steps)
    derive.run_many(_WORTH, written.worths)
    return bool(pairs)


def _standing(found: dict[bytes, Kept] | None, first_n: int) -> Fold | None:
    """The fold to which movements from a number on can be added; None where they do not come last."""
    if not found or max(last_n for _state, _place, last_n in found.values()) >= first_n:
        return None
    return Fold(found, max(place for _state, place, _last_n in found.values()))


def _again(derive: Derive, pair: Pair, written: "_Written") -> None:
    kept = {row[0]: row[1:] for row in derive.rows(_KEPT, *pair)}
    rows = moves_of(derive, *pair)
    for gone in kept.keys() - {row[0] for row in rows}:
        derive.run("DELETE FROM stock_step WHERE movement_id = ?", gone)
    standing = {row[9] for row in rows}
    for (store,) in derive.rows("SELECT store_id FROM stock_worth WHERE part_id = ? AND site_id = ?", *pair):
        if store not in standing:
            derive.run(
                "DELETE FROM stock_worth WHERE part_id = ? AND site_id = ? AND store_id = ?", *pair, store
            )
    if rows:
        written.add(pair, Fold(), rows, None, kept)


def moves_of(read: Reader, part: bytes, site: bytes) -> list[tuple[Any, ...]]:
    """All movements of a part at a site, in order, as `Fold.take` takes them."""
    sql = f"SELECT {MOVES} FROM stock_movement m WHERE m.part_id = ? AND +m.site_id = ? ORDER BY {IN_ORDER}"
    if locked_row(read.connection):
        sql = sql.replace("+m.", "m.")
    return read.rows(sql, part, site)


@dataclass
class _Written:
    """The rows of steps and worths that a settling writes, as sets."""

    steps: list[tuple[Any, ...]] = field(default_factory=list)
    worths: list[tuple[Any, ...]] = field(default_factory=list)

    def add(
        self,
        pair: Pair,
        fold: Fold,
        rows: Sequence[Sequence[Any]],
        known: Known | None,
        kept: Mapping[bytes, Sequence[Any]] = MappingProxyType({}),
    ) -> None:
        """Reckon movements of a part at a site on top of what it had; a step that is kept as it comes out is not written again."""
        for row in rows:
            move, made = fold.take(row, known)
            after = made.after
            said = (row[9], fold.place, made.value, made.difference, after.on_hand, after.worth)
            if kept.get(move.id) != said:
                self.steps.append((move.id, *pair, *said))
        for store in dict.fromkeys(row[9] for row in rows):
            state, place, last_n = fold.stores[store]
            self.worths.append((*pair, store, place, last_n, *state))


@dataclass(frozen=True)
class _Earlier:
    """What movements of a part at a site did that were reckoned before."""

    read: Reader
    pair: Pair

    def __call__(self, key: bytes) -> tuple[int, int] | None:
        found = self.read.row(_BY_ID, *self.pair, key) or self.read.row(_BY_PAIR, *self.pair, key)
        return (int(found[0]), int(found[1])) if found else None


@dataclass(frozen=True)
class Difference:
    """A part in a store whose quantity (qty), value, or sum of steps is kept otherwise than its movements give."""

    part: bytes
    store: bytes
    what: str
    kept: int
    reckoned: int


def differences(read: Reader) -> Iterator[Difference]:
    """Where the derived value is not what the movements give (`sitewright check`)."""
    sql = f"SELECT {MOVES}, m.part_id, m.site_id FROM stock_movement m ORDER BY m.part_id, m.site_id, {IN_ORDER}"
    folds: dict[Pair, Fold] = {}
    for row in read.rows(sql):
        folds.setdefault((row[10], row[11]), Fold()).take(row)
    reckoned = {
        (*pair, store): (state.on_hand, state.worth)
        for pair, fold in folds.items()
        for store, (state, _place, _last_n) in fold.stores.items()
    }
    kept = {
        (part, site, store): (qty, worth)
        for part, site, store, qty, worth in read.rows(
            "SELECT part_id, site_id, store_id, on_hand, worth FROM stock_worth"
        )
    }
    for key in sorted(kept.keys() | reckoned.keys()):
        (on_hand, worth), (qty, value) = kept.get(key, (0, 0)), reckoned.get(key, (0, 0))
        if on_hand != qty:
            yield Difference(key[0], key[2], "qty", on_hand, qty)
        elif worth != value:
            yield Difference(key[0], key[2], "value", worth, value)
    for part, store, total, worth in read.rows(
        "SELECT w.part_id, w.store_id, coalesce(sum(s.value), 0), w.worth FROM stock_worth w LEFT JOIN stock_step s "
        "ON s.part_id = w.part_id AND s.site_id = w.site_id AND s.store_id = w.store_id "
        "GROUP BY w.part_id, w.site_id, w.store_id, w.worth HAVING coalesce(sum(s.value), 0) <> w.worth"
    ):
        yield Difference(part, store, "steps", worth, total)
