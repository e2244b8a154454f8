"""What people do on the laptops of the simulator: each is one action of the program, on whatever the laptop holds just then."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from fleet import AWAY, BIN, ITEMS, MACHINES, NOW, SITE, TEMPLATE, YARD, Fleet, Laptop, supplier

from app import conflicts
from app import ops as operations
from app.access import Permission
from app.conflicts.held import decide, held
from app.errors import AppError
from app.generic import Merge, Patch, PatchRow, Retire, create, patch
from app.inspections.ops import Answer, Round, Start, Submit
from app.ops import Op
from app.store import _APPEND, NO_HASH
from db.ids import made_id, new_id

ROUNDS = [made_id("fleet", "round", n) for n in range(3)]
#: A storekeeper whose account is closed and opened again.
PERSON, ACCOUNT = made_id("fleet", "person"), made_id("fleet", "account")
FIELDS = ("name", "phone", "email")
STOREKEEPER = frozenset({Permission.EDIT_PARTS, Permission.MOVE_STOCK, Permission.TAKE_PARTS})


class Works:
    """The people: they know the suppliers that anybody has made, and no laptop's rows but those of the one before them."""

    def __init__(self, fleet: Fleet, dice: random.Random, note: Callable[[str], None]) -> None:
        self._fleet, self._dice, self._note = fleet, dice, note
        self._suppliers: list[bytes] = []
        self.numbers = count()
        often = (self._patch, self._move, self._round, self._machine)
        self._choice = (
            *often, *often, self._patch, self.create, self._aggregate, self._retire, self._poison, self._hang, self._merge,
            self._settle, self._by_account, self._account, self._decide,
        )  # fmt: skip

    def step(self, laptop: Laptop) -> None:
        """One action at a laptop."""
        self._dice.choice(self._choice)(laptop)

    def perform(self, laptop: Laptop, *ops: Op, closed: bool = False) -> None:
        """Record ops at a laptop; `closed`: in the name of the storekeeper."""
        desk = laptop.desk
        if closed:
            desk = replace(desk, actor=replace(desk.actor, user_id=ACCOUNT, permissions=STOREKEEPER))
        try:
            desk.perform(*ops, reason="simulated")
        except AppError:
            return  # refused before there was an op
        who = "the storekeeper" if closed else "somebody"
        self._note(f"{who} at {laptop.name} records {', '.join(map(spoken, ops))}")

    # --- registers ---

    def create(self, laptop: Laptop) -> None:
        """A supplier is entered; two laptops give the same number now and then."""
        made, op = supplier(f"S{next(self.numbers) % 7}")
        self._suppliers.append(made)
        self.perform(laptop, op)

    def person(self, laptop: Laptop) -> None:
        """The storekeeper is entered, with an account."""
        self.perform(
            laptop,
            create("staff", PERSON, staff_no="SW-1", name="诸葛小服", site_id=SITE, role_code="storekeeper", status="active"),
            create("user_account", ACCOUNT, username="zhuge", staff_id=PERSON, roles='["storekeeper"]', active=1, must_change_password=0),
        )  # fmt: skip

    def _changed(self, laptop: Laptop) -> Op | None:
        row = laptop.row("supplier", self._dice.choice(self._suppliers[:3] + self._suppliers))
        if not row:
            return None
        chosen = self._dice.sample(FIELDS, self._dice.choice((1, 1, 2)))
        fields = {name: (row[name], f"{laptop.name}{next(self.numbers)}") for name in chosen}
        return Patch("supplier", (PatchRow(row["id"], fields),))

    def _patch(self, laptop: Laptop) -> None:
        if op := self._changed(laptop):
            self.perform(laptop, op)

    def _retire(self, laptop: Laptop) -> None:
        chosen = self._dice.choice(self._suppliers)
        if laptop.row("supplier", chosen):
            self.perform(laptop, Retire("supplier", (chosen,), self._dice.random() < 0.5))

    def _merge(self, laptop: Laptop) -> None:
        """Two suppliers are one."""
        if len(self._suppliers) > 3:
            old, kept = self._dice.sample(self._suppliers[1:], 2)
            if laptop.row("supplier", old) and laptop.row("supplier", kept):
                self.perform(laptop, Merge("supplier", old, kept))

    def _machine(self, laptop: Laptop) -> None:
        """A machine goes to the other site, or only gets another name."""
        row = laptop.row("equipment", self._dice.choice(MACHINES))
        if row:
            away = row["site_id"] == SITE
            new = {"site_id": AWAY if away else SITE, "location_id": YARD if away else BIN}
            if self._dice.random() < 0.4:
                new = {"name": f"{laptop.name}{next(self.numbers)}"}
            fields = {name: (row[name], value) for name, value in new.items()}
            self.perform(laptop, Patch("equipment", (PatchRow(row["id"], fields),)))

    def rename(self, laptop: Laptop, machine: bytes, name: str) -> None:
        """A machine gets another name."""
        fields = {"name": (name, f"{laptop.name}{next(self.numbers)}")}
        self.perform(laptop, Patch("equipment", (PatchRow(machine, fields),)))

    def _hang(self, laptop: Laptop) -> None:
        """A machine is hung under another, or stands by itself."""
        below, above = self._dice.sample(MACHINES, 2)
        row = laptop.row("equipment", below)
        if row and laptop.row("equipment", above):
            parent = None if self._dice.random() < 0.3 else above
            fields = {"parent_id": (row["parent_id"], parent)}
            self.perform(laptop, Patch("equipment", (PatchRow(below, fields),)))

    def _aggregate(self, laptop: Laptop) -> None:
        template, number = new_id(), next(self.numbers)
        self.perform(
            laptop,
            create("inspection_template", template, code=f"X{number}", name="新", version=1, kind="room_round", cycle="daily", status="draft"),
            create(
                "inspection_item", new_id(), code=f"X{number}-1", template_id=template, seq=1, section="环境", name="温度",
                value_type="number", unit="℃", required=1, photo_required=0, on_fail="record",
            ),
        )  # fmt: skip

    # --- facts ---

    def _move(self, laptop: Laptop) -> None:
        kind = self._dice.choice(("receipt", "issue", "issue"))
        self.perform(laptop, laptop.moved(kind, self._dice.randrange(1, 9)))

    def _round(self, laptop: Laptop) -> None:
        task, at = self._dice.choice(ROUNDS), laptop.desk.now()
        state = laptop.row("inspection_task", task).get("status")
        if state != "in_progress":
            code = f"R{ROUNDS.index(task)}"
            self.perform(laptop, Start(Round(task, code, TEMPLATE, SITE, NOW, NOW + 86_400_000), at))
        elif self._dice.random() < 0.7:
            item = self._dice.choice(ITEMS)
            self.perform(
                laptop,
                Answer(task_id=task, item_id=item, site_id=SITE, state="ok", measured_at=at, value_num=self._dice.randrange(30_000)),
            )  # fmt: skip
        else:
            self.perform(laptop, Submit(task, at, (), self._dice.randbytes(32), "ok"))

    # --- what needs a person's decision ---

    def _settle(self, laptop: Laptop) -> None:
        """Somebody decides about a conflict; on another laptop somebody may decide otherwise at the same time."""
        with laptop.profile.store.read() as read:
            actor = laptop.desk.actor
            waiting = [line for line in conflicts.lines(read, actor) if line.table == "supplier"]
            chosen = self._dice.choice(waiting) if waiting else None
            case = chosen and conflicts.case(read, actor, chosen.id, "Asia/Shanghai")
        if not case:
            return
        decision = self._dice.choice(("mine", "theirs"))
        try:
            conflicts.settle(laptop.desk, case, decision)
        except AppError:
            return
        self._note(f"somebody at {laptop.name} settles a conflict: {decision}")

    def _by_account(self, laptop: Laptop) -> None:
        """The storekeeper works; whether the account still stands, this laptop may not know yet."""
        if not laptop.row("user_account", ACCOUNT):
            return
        op = self._changed(laptop) if self._dice.random() < 0.6 else laptop.moved("issue", 1)
        if op:
            self.perform(laptop, op, closed=True)

    def _account(self, laptop: Laptop) -> None:
        if row := laptop.row("user_account", ACCOUNT):
            self.perform(laptop, patch("user_account", row, active=1 - row["active"]))

    def _decide(self, laptop: Laptop) -> None:
        """A supervisor lets in what the hub kept back, or refuses it."""
        with laptop.profile.store.read() as read:
            waiting = held(read, laptop.desk.actor)
        if not waiting:
            return
        accepted = self._dice.random() < 0.7
        try:
            decide(laptop.desk, self._dice.choice(waiting).id, accepted=accepted, remark="simulated")
        except AppError:
            return
        self._note(f"somebody at {laptop.name} {'lets in' if accepted else 'refuses'} what was kept back")

    # --- what no program records ---

    def _poison(self, laptop: Laptop) -> None:
        """A body that no hub can read lies in the middle of the queue."""
        body = self._dice.choice((b'{"kind":"no.such"}', b"\xff\x00garbage", b'{"op_id":1}'))
        with laptop.profile.store.local("op") as connection:
            chain = bytes.fromhex(
                connection.execute("SELECT value FROM meta WHERE key = 'chain_id'").fetchone()[0]
            )
            seq, link = connection.execute(
                "SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1", (chain,)
            ).fetchone() or (0, NO_HASH)
            op_id, now = new_id(), laptop.desk.now()
            link = operations.link(link, op_id, body)
            place = (op_id, chain, seq + 1, link, "poison", 1, None, None, None)
            connection.execute(_APPEND, (*place, body, now << 16, now, 0, None, op_id, "applied"))
        self._note(f"on the disk of {laptop.name} an entry is spoilt")


def spoken(op: Op) -> str:
    """An op in a few words of the story."""
    kind, table = operations.spec_of(op).kind, getattr(op, "table", "")
    names = sorted({name for row in getattr(op, "rows", ()) for name in getattr(row, "fields", ())})
    return " ".join(part for part in (kind, table, "/".join(names)) if part)


__all__ = ["ACCOUNT", "Works"]
