"""Work orders (工单) and faults (故障): two lists of one page, each with the steps of its records and the buttons to go on."""

from collections.abc import Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from app import values, work
from app.access import Permission
from app.desk import Desk
from app.errors import Objection
from app.fields import fields_of, show
from app.finder import look_up
from app.signs import sign
from app.words import N_, _, ngettext
from app.work import FAULTS, ORDERS, WorkCard
from app.workflow import Machine, Step
from ui.kit.buttons import button
from ui.kit.chips import Chip
from ui.kit.empty import EmptyState
from ui.kit.filters import Choice, Filter, FilterRow
from ui.kit.labels import label
from ui.kit.table import Table
from ui.kit.tasks import Tasks
from ui.work.base import ListPage
from ui.work.process import ProcessBar, said_step, stages
from ui.work.reports import ask_fault, ask_findings, ask_order
from ui.work.tables import (
    PRIORITY,
    SEVERITY,
    FaultSource,
    OrderSource,
    fault_columns,
    order_columns,
)
from ui.work.transition import Moving, ask_step, state_choices, step_buttons

TOPICS = frozenset({"work", "equipment", "stock", "inventory"})


class _RecordPage(ListPage):
    """What the two lists share: the steps and the moves of a record."""

    topics = TOPICS
    machine: Machine

    def __init__(self, title: str, desk: Desk, tasks: Tasks) -> None:
        super().__init__(title, desk, tasks)
        self.card: WorkCard | None = None

    def _need_card(self) -> WorkCard:
        assert self.card is not None
        return self.card

    def take_step(self, step: Step) -> None:
        """Move the record on; what the step lacks is asked for."""
        row = self._need_card().row
        answer = ask_step(self, self.desk, Moving(self.machine, row, step, self.proposed(row), self.weigh))
        if answer is not None:
            remark, typed = answer
            self.do(
                partial(self.advance, row["id"], step.target, remark, typed), said_step(self.machine.word(step.target))
            )  # fmt: skip

    def proposed(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a step's questions begin with."""
        raise NotImplementedError

    def weigh(self, typed: Mapping[str, Any]) -> Sequence[Objection]:
        """What speaks against the answers of a step."""
        return ()

    def advance(self, record: bytes, target: str, remark: str, typed: dict[str, Any]) -> object:
        """Do the move (on the worker)."""
        raise NotImplementedError

    def add_process(self) -> None:
        """The steps with who and when."""
        row = self._need_card().row
        with self.desk.read() as read:
            taken = work.steps_taken(read, self.machine.table, row["id"])
        self.inspector.add_section(_("Steps"))
        self.inspector.add(ProcessBar(stages(self.machine, taken, row["status"], self.desk.timezone)))
        reasons = [f"{self.machine.word(step.target)}：{step.remark}" for step in taken if step.remark]
        if reasons:
            self.inspector.add(label("\n".join(reasons), "dense", "text_2", wrap=True))

    def add_moves(self) -> None:
        """The buttons of the moves at the foot, those that end a record in the menu of the tools."""
        status = self._need_card().row["status"]
        self.inspector.set_actions(step_buttons(self.machine, status, self.desk, self.take_step)[:3])

    def lines(self, table: str, names: tuple[str, ...]) -> list[tuple[str, str | QWidget]]:
        """The fields that are filled in, in words."""
        row, fields = self._need_card().row, fields_of(table)
        made: list[tuple[str, str | QWidget]] = []
        for name in names:
            if row[name] in (None, ""):
                continue
            shown = (
                values.show_instant(row[name], self.desk.timezone)
                if fields[name].kind == "instant"
                else show(fields[name], row[name])
            )
            unit = f" {_(fields[name].unit)}" if fields[name].unit else ""
            made.append((_(fields[name].label), shown + unit))
        return made

    def where(self) -> list[tuple[str, str | QWidget]]:
        """Machine and place."""
        card = self._need_card()
        machine = " ".join(filter(None, [card.equipment_code, card.equipment_name]))
        made: list[tuple[str, str | QWidget]] = [(_("Equipment"), machine)] if machine else []
        return made + ([(_("Location"), card.place)] if card.place else [])

    def add_links(self) -> None:
        """Ways to the machine and to the order or fault that belongs to this record."""
        card = self._need_card()
        if card.row["equipment_id"]:
            self.inspector.add_tool(
                "server-cog", _("Open the machine"), partial(self.record_wanted.emit, "equipment", card.row["equipment_id"])
            )  # fmt: skip
        if card.other:
            other = "fault" if card.table == "work_order" else "work_order"
            words = _("Open {code}").format(code=card.other_code)
            icon = "triangle-alert" if other == "fault" else "hammer"
            self.inspector.add_tool(icon, words, partial(self.record_wanted.emit, other, card.other))

    def open_target(self, record: bytes) -> None:
        """Open a record from elsewhere."""
        with self.desk.read() as read:
            self.show_record(record, work.number_of(read, self.machine.table, record))

    def on_scan(self, code: str) -> bool:
        """A number that was scanned opens its record."""
        with self.desk.read() as read:
            found = look_up(read, code)
        if len(found) != 1 or found[0].table != self.machine.table:
            return False
        self.open_target(found[0].id)
        return True

    def report_fault(self) -> None:
        """Report a fault, with a work order or without."""
        typed = ask_fault(self, self.desk, {})
        if typed is not None:
            row, with_order = typed
            self.do(lambda: work.report_fault(self.desk, row, with_order=with_order), _("Fault reported"))

    def report_button(self) -> QPushButton | None:
        """The button, where the role allows it."""
        if not self.desk.may(Permission.REPORT_FAULTS):
            return None
        made = button(_("Report a fault"), "siren")
        made.clicked.connect(self.report_fault)
        return made


class WorkPage(_RecordPage):
    """The work orders: mine, open ones, all; what was planned, done and used."""

    machine = ORDERS

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Work orders"), desk, tasks)
        source = OrderSource(desk)
        empty = EmptyState("nothing_to_do", _("No work order is open"), _("Reported faults and deviations of rounds become work orders."))  # fmt: skip
        self.table = Table(
            order_columns(desk), source, tasks=tasks, prefs=prefs, total=source.total, empty=empty
        )
        kinds = fields_of("work_order")
        self.filters = FilterRow(
            [
                Filter("mine", N_("Mine")),
                Filter("open", N_("Not closed")),
                Filter("status", N_("Status"), lambda: [Choice(c, w) for c, w in state_choices(ORDERS)]),
                Filter("priority", N_("Priority"), lambda: [Choice(c, _(w)) for c, w in kinds["priority"].choices]),
                Filter("kind", N_("Kind"), lambda: [Choice(c, _(w)) for c, w in kinds["kind"].choices]),
            ],
            self.table,
            _("Number or title"),
        )  # fmt: skip
        self.lay_out()
        if (report := self.report_button()) is not None:
            self.add_action(report)
        if desk.may(Permission.PLAN_WORK):
            plan = button(_("New work order"), "plus")  # the primary one is in the inspector
            plan.clicked.connect(self.new)
            self.set_primary(plan)
        self.filters.set_values({"open": True})
        self.refreshed()

    def refreshed(self) -> None:
        with self.desk.read() as read:
            site = self.desk.site.id if self.desk.site else None
            waiting, late, _days = work.open_orders(read, site, self.desk.now())
        words = ngettext("{count} open", "{count} open", waiting).format(count=waiting)
        self.set_facts(f"{words}·" + _("{count} overdue").format(count=late) if late else words)

    def fill(self, record: bytes) -> bool:
        with self.desk.read() as read:
            self.card = work.order_card(read, record)
        if self.card is None:
            return False
        row = self.card.row
        self.inspector.start(row["code"], row["title"])
        self.add_links()
        if self.desk.may(Permission.PLAN_WORK):
            self.inspector.add_tool("pencil", _("Change"), self.edit)
        self.inspector.add_chips(self._chips())
        facts = self.where()
        facts += [(_("Assigned to"), self.card.assignee)] if self.card.assignee else []
        self.inspector.add_facts(
            facts
            + self.lines(
                "work_order",
                (
                    "kind", "objective", "scope", "planned_start", "planned_end", "tools", "adjustment", "done_text",
                    "hours", "summary",
                ),
            )
        )  # fmt: skip
        self.add_process()
        self._add_parts(record)
        self.add_moves()
        return True

    def _chips(self) -> list[Chip]:
        row = self._need_card().row
        waits = row["status"] == "on_hold" and row["hold_reason"] == "parts"
        made = [Chip.of("waiting_parts" if waits else row["status"])]
        words = show(fields_of("work_order")["priority"], row["priority"])
        level, icon = PRIORITY.get(row["priority"], ("neutral", "circle-dot"))
        return [*made, Chip(words, level, icon)]

    def _add_parts(self, record: bytes) -> None:
        with self.desk.read() as read:
            used = work.parts_used(read, record)
        if not used:
            return
        total = values.show_money(sum(part.cost for part in used))
        self.inspector.add_section(_("Parts used · ¥{total}").format(total=total))
        self.inspector.add_facts(
            [(p.part_no, f"{p.name} × {values.show_quantity(p.qty)} {p.unit} · ¥{values.show_money(p.cost)}") for p in used]
        )  # fmt: skip

    def proposed(self, row: dict[str, Any]) -> dict[str, Any]:
        return work.proposed(self.desk, row)

    def weigh(self, typed: Mapping[str, Any]) -> Sequence[Objection]:
        staff = typed.get("assignee_id")
        return work.may_take(self.desk, self._need_card().row, staff) if staff else ()

    def advance(self, record: bytes, target: str, remark: str, typed: dict[str, Any]) -> object:
        return work.proceed(self.desk, record, target, remark, **typed)

    def new(self) -> None:
        """Ctrl N: plan a work order."""
        typed = ask_order(self, self.desk) if self.desk.may(Permission.PLAN_WORK) else None
        if typed is not None:
            self.do(lambda: work.plan_order(self.desk, typed), _("Work order planned"))

    def edit(self) -> None:
        """Change the plan."""
        row = self._need_card().row
        typed = ask_order(self, self.desk, row=row)
        if typed is not None:
            words = _("Changed: {code}").format(code=row["code"])
            self.do(lambda: work.edit_order(self.desk, row["id"], typed), words)


class FaultsPage(_RecordPage):
    """The faults: what happened, how bad, what was done about it."""

    machine = FAULTS

    def __init__(self, desk: Desk, tasks: Tasks, prefs: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(_("Faults"), desk, tasks)
        source = FaultSource(desk)
        empty = EmptyState("nothing_to_do", _("No fault is open"), _("All machines run as far as anybody has reported."))  # fmt: skip
        self.table = Table(
            fault_columns(desk), source, tasks=tasks, prefs=prefs, total=source.total, empty=empty
        )
        self.filters = FilterRow(
            [
                Filter("open", N_("Not closed")),
                Filter("status", N_("Status"), lambda: [Choice(c, w) for c, w in state_choices(FAULTS)]),
                Filter("severity", N_("Severity"), lambda: [Choice(n, str(n)) for n in (1, 2, 3, 4)]),
            ],
            self.table,
            _("Number or symptom"),
        )
        self.lay_out()
        if (report := self.report_button()) is not None:
            self.set_primary(report)
        self.filters.set_values({"open": True})
        self.refreshed()

    def refreshed(self) -> None:
        with self.desk.read() as read:
            count, grave = work.open_faults(read, self.desk.site.id if self.desk.site else None)
        words = ngettext("{count} open", "{count} open", count).format(count=count)
        self.set_facts(f"{words}·" + _("{count} serious").format(count=grave) if grave else words)

    def fill(self, record: bytes) -> bool:
        with self.desk.read() as read:
            self.card = work.fault_card(read, record)
        if self.card is None:
            return False
        row = self.card.row
        self.inspector.start(row["code"], row["symptom"])
        self.add_links()
        if self.desk.may(Permission.DO_WORK):
            self.inspector.add_tool("pencil", _("Change"), self.edit)
        level, icon = SEVERITY.get(row["severity"], ("neutral", "circle-dot"))
        words = _("Severity {level}").format(level=row["severity"])
        self.inspector.add_chips([self._state(row["status"]), Chip(words, level, icon)])
        names = (
            "fault_class", "reading", "limits", "occurred_at", "discovered_at", "reported_at", "response_at",
            "restored_at", "failure_mode", "failure_cause", "immediate_measure", "solution", "informed_party",
        )  # fmt: skip
        self.inspector.add_facts(self.where() + self.lines("fault", names))
        self.add_process()
        self.add_moves()
        return True

    @staticmethod
    def _state(status: str) -> Chip:
        if status == "withdrawn":
            return Chip(FAULTS.word(status), "neutral", "circle-slash")
        found = sign(status)
        return Chip(found.text, found.level, found.icon)

    def proposed(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"restored_at": self.desk.now()}

    def advance(self, record: bytes, target: str, remark: str, typed: dict[str, Any]) -> object:
        return work.move_fault(self.desk, record, target, remark, **typed)

    def new(self) -> None:
        """Ctrl N: report a fault."""
        self.report_fault()

    def edit(self) -> None:
        """Change what is known of the fault."""
        row = self._need_card().row
        typed = ask_findings(self, self.desk, row)
        if typed is not None:
            words = _("Changed: {code}").format(code=row["code"])
            self.do(lambda: work.edit_fault(self.desk, row["id"], typed), words)
