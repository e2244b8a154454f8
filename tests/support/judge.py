"""What must hold after any history: a fleet at rest is judged against its hub, and the hub against a model of its own."""

from collections.abc import Iterable

from fleet import BIN, PART, SITE, Fleet, Laptop
from rules import Model, above

from app import ops as operations
from app.generic import Merge
from app.inventory.ops import MoveStock
from app.inventory.signs import MOVEMENT_SIGNS
from app.store import NO_HASH
from app.sync.protocol import QUARANTINED, START, next_link
from app.sync.reducer import WAITS
from app.sync.wire import AUDIT, listed
from db.driver import Connection
from db.models import SYNCED


def judge(fleet: Fleet, orphans: Iterable[bytes] = ()) -> None:
    """Raise AssertionError for the first invariant that does not hold. `orphans`: ops in files of laptops that are gone."""
    with fleet.hub.reading() as read:
        hub = read.connection
        nothing_is_lost(fleet, hub, orphans)
        refused_work_is_before_a_person(hub)
        the_history_is_whole(hub)
        for laptop in fleet:
            nothing_waits(laptop)
            rows_are_equal(laptop, hub)
        what_derives_is_alike(fleet)
        merged_by_the_rules(hub)
        stock_is_exact(fleet, hub)


def nothing_is_lost(fleet: Fleet, hub: Connection, orphans: Iterable[bytes] = ()) -> None:
    there = {op_id for (op_id,) in hub.execute("SELECT op_id FROM op")}
    for laptop in fleet:
        with laptop.profile.store.read() as read:
            mine = dict(read.rows("SELECT op_id, kind FROM op"))
        lost = [kind for op_id, kind in mine.items() if op_id not in there]
        assert not lost, f"ops of {laptop.name} that never reached the hub: {lost}"
    assert not set(orphans) - there, "ops in the files of a lost laptop that the hub did not adopt"


def refused_work_is_before_a_person(hub: Connection) -> None:
    """What the hub did not do waits for its record, or for a supervisor who can see it; only poison is rejected."""
    held = dict(hub.execute("SELECT op_id, coalesce(decision, '') FROM held_op WHERE deleted = 0"))
    for op_id, entity, row_id, kind, outcome, reason in hub.execute(
        "SELECT op_id, entity, row_id, kind, outcome, reason FROM op WHERE outcome NOT IN ('applied', 'conflict') AND kind <> '?'"
    ):
        if outcome == QUARANTINED and reason != WAITS:
            assert op_id in held, f"nobody can see that {kind} is kept back: {reason}"
            continue
        # Its maker's disk and the hub were both set back: the record is nowhere, so what was done to it must wait.
        there_is_none = (
            entity and not hub.execute(f"SELECT 1 FROM {entity} WHERE id = ?", (row_id,)).fetchone()
        )
        assert reason == WAITS, f"a good op was refused: {kind}, {outcome}, {reason}"
        assert there_is_none, f"{kind} waits for a record that is there"
    poison = hub.execute("SELECT count(*) FROM op WHERE kind = '?' AND outcome <> 'rejected'").fetchone()[0]
    assert not poison, "a poison op was not rejected"


def the_history_is_whole(hub: Connection) -> None:
    heads: dict[bytes, tuple[int, bytes]] = {}
    for chain, seq, link, op_id, body in hub.execute(
        "SELECT p.chain_id, p.seq, p.hash, p.op_id, o.body FROM hub_position p JOIN op o USING (op_id) ORDER BY 1, 2"
    ):
        last, head = heads.get(chain, (0, NO_HASH))
        assert seq == last + 1, "a chain has a hole"
        assert operations.link(head, op_id, body) == link, "a chain does not verify"
        heads[chain] = (seq, link)
    link = START
    for number, (seq, op_id, outcome, found) in enumerate(
        hub.execute("SELECT h.hub_seq, h.op_id, h.outcome, h.hash FROM hub_history h ORDER BY 1"), 1
    ):
        link = next_link(link, op_id, outcome)
        assert (seq, found) == (number, link), "the hub's history does not verify"


def nothing_waits(laptop: Laptop) -> None:
    for what, sql in (
        ("shadow", "SELECT count(*) FROM srv_shadow"),
        ("inbox", "SELECT count(*) FROM inbox"),
        ("pending", "SELECT count(*) FROM op WHERE acked < 2"),
        ("door", "SELECT count(*) FROM sync_ctx"),
    ):
        assert laptop.value(sql) == 0, f"{laptop.name}: {what} is not empty"


def rows_are_equal(laptop: Laptop, hub: Connection) -> None:
    """Every row of the laptop's buckets is there as the hub has it, and no other."""
    buckets = ", ".join(f"'{bucket}'" for bucket in laptop.scope.split())
    inside = "" if laptop.scope == "*" else f"WHERE bucket IN ({buckets})"
    with laptop.profile.store.read() as read:
        for table in SYNCED:
            sql = f'SELECT {listed(table)} FROM "{table}" {{where}} ORDER BY id'
            mine, theirs = read.rows(sql.format(where="")), hub.execute(sql.format(where=inside)).fetchall()
            assert mine == theirs, f"{laptop.name}: {table}: {_difference(mine, theirs)}"
        sql = f"SELECT {', '.join(AUDIT)} FROM audit {{where}}"
        mine, theirs = read.rows(sql.format(where="")), hub.execute(sql.format(where=inside)).fetchall()
        mine, theirs = sorted(mine, key=repr), sorted(theirs, key=repr)
        assert mine == theirs, f"{laptop.name}: the audit trail differs: {_difference(mine, theirs)}"


DERIVED = (
    "SELECT part_id, bin_id, batch, site_id, on_hand, last_move_at FROM stock_level",
    "SELECT part_id, site_id, on_hand, reserved, on_order, state, proposal FROM part_stock",
    "SELECT movement_id, store_id, place, value, difference, on_hand, worth FROM stock_step",
    "SELECT part_id, site_id, store_id, place, on_hand, worth FROM stock_worth",
    "SELECT id, rule, level, raised_at FROM alert WHERE cleared_at IS NULL",
    "SELECT tbl, row_id, code, title, place, initials, words FROM search_row",
)


def what_derives_is_alike(fleet: Fleet) -> None:
    """The same on every laptop that holds all rows."""
    first: list[list] = []
    for laptop in [one for one in fleet if one.scope == "*"]:
        found = []
        for sql in DERIVED:
            with laptop.profile.store.read() as read:
                found.append(sorted(read.rows(sql), key=repr))
        first = first or found
        for mine, theirs in zip(found, first, strict=True):
            assert mine == theirs, f"{laptop.name}: derived rows differ: {_difference(mine, theirs)}"


def _difference(mine: list, theirs: list) -> str:
    return f"only here {[r for r in mine if r not in theirs][:2]}, only there {[r for r in theirs if r not in mine][:2]}"


def merged_by_the_rules(hub: Connection) -> None:
    """Do the suppliers' ops again in the hub's order by a few lines of rules, and compare fields and conflicts."""
    listed = hub.execute("SELECT id, op_id, field, row_id FROM conflict WHERE tbl = 'supplier'").fetchall()
    model = Model({name: ((op_id, field), about) for name, op_id, field, about in listed})
    for body in hub.execute("SELECT body FROM op WHERE outcome IN ('applied', 'conflict') ORDER BY hub_seq"):
        envelope, op = operations.decode(body[0])
        model.follow(op, envelope.op_id)
    found = hub.execute("SELECT id, name, phone, email, deleted FROM supplier").fetchall()
    wanted = {
        key: (row["name"], row.get("phone"), row.get("email"), row["deleted"])
        for key, row in model.rows.items()
    }
    assert {key: tuple(rest) for key, *rest in found} == wanted, "fields were not merged by the rules"
    kept = {(op_id, field) for _name, op_id, field, _about in listed}
    assert kept == model.conflicts, "somebody's value was overwritten or dropped without a conflict"
    decided = {
        (op_id, field)
        for op_id, field in hub.execute(
            "SELECT op_id, field FROM conflict WHERE tbl = 'supplier' AND decision IS NOT NULL"
        )
    }
    assert decided == model.decided, "a decision about a conflict was lost, or doubled"
    parents = dict(hub.execute("SELECT id, parent_id FROM equipment"))
    assert {key: parents[key] for key in model.parents} == model.parents, (
        "the tree was not merged by the rules"
    )
    for machine in parents:
        assert machine not in above(parents, machine), "a machine lies under itself"


def stock_is_exact(fleet: Fleet, hub: Connection) -> None:
    """What lies there is what the movements add up to, those of a part that was merged with another with those of the other."""
    model, totals, sites = Model(), {(PART, BIN): 0}, {BIN: SITE}
    for (body,) in hub.execute(
        "SELECT body FROM op WHERE kind IN ('merge', 'stock.move') AND outcome = 'applied'"
    ):
        _envelope, op = operations.decode(body)
        if isinstance(op, Merge):
            model.merged[op.old] = op.kept
        elif isinstance(op, MoveStock):
            sites[op.bin] = op.site
            totals[op.part, op.bin] = totals.get((op.part, op.bin), 0) + MOVEMENT_SIGNS[op.type] * op.qty
    wanted: dict[tuple[bytes, bytes], int] = {}
    for (part, place), count in totals.items():
        key = model.meant(part), place
        wanted[key] = wanted.get(key, 0) + count
    for laptop in fleet:
        held = {
            key: count
            for key, count in wanted.items()
            if laptop.scope == "*" or f"site:{sites[key[1]].hex()}" in laptop.scope
        }
        with laptop.profile.store.read() as read:
            shown = dict.fromkeys(held, 0) | {
                (part, place): count
                for part, place, count in read.rows(
                    "SELECT part_id, bin_id, sum(on_hand) FROM stock_level GROUP BY 1, 2"
                )
                if count or (part, place) in held
            }
        wrong = {
            key: (shown.get(key), held.get(key))
            for key in shown.keys() | held.keys()
            if shown.get(key) != held.get(key)
        }
        assert not wrong, f"{laptop.name}: part and bin: (shown, what the movements add up to): {wrong}"
