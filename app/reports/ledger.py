"""The store's books on paper and in Excel: issue slip, movements, stock card, stock on a day, closed month, consumption.

Each says by which method its money is reckoned and over which time.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.fields import fields_of
from app.inventory.ledger import MovementRow
from app.inventory.stockcard import StockCard, StockOn, Used
from app.inventory.value import cents
from app.reports.document import (
    Chart,
    Charts,
    Col,
    Fact,
    Group,
    Issue,
    Point,
    Report,
    Row,
    Signature,
    Signatures,
    Table,
    Text,
    Value,
)
from app.reports.parts import CURRENCY, section
from app.values import show_instant, show_money, show_quantity
from app.words import _, pgettext


def method() -> str:
    """How values are reckoned, for every sheet that shows money."""
    return _(
        "Method: moving average per part and warehouse, without tax, in the hub's order; amounts rounded half up to two decimals."
    )


def type_word(code: str) -> str:
    """The word of a kind of movement."""
    return _(dict(fields_of("stock_movement")["type"].choices).get(code, code))


def money(value: int) -> str:
    """An amount in ten-millionths with its currency."""
    return _("{currency} {amount}").format(currency=_(CURRENCY), amount=show_money(cents(value)))


def issue_slip(
    slip: str, rows: Sequence[MovementRow], head: Sequence[Fact], issue: Issue, signed: bytes | None = None
) -> Report:
    """What left the store or came back on one slip, signed on the pad or to be signed (领用单, 退库单)."""
    back = rows[0].type == "return"
    title = _("Return slip") if back else _("Issue slip")
    parts = _("Parts returned") if back else _("Parts issued")
    who = Signature(
        _("Returned by") if back else _("Taken by"), rows[0].taken_by, picture=signed,
        on=show_instant(rows[0].happened_at, issue.timezone) if signed else "",
    )  # fmt: skip
    other = Signature(_("Accepted by") if back else _("Handed out by"), "")
    columns = (
        Col("n", _("No."), "int", 9),
        Col("part_no", _("Part no."), "code", 26),
        Col("name", _("Name")),
        Col("bin", _("Bin"), width=21, small=True),
        Col("qty", _("Quantity"), "quantity", 15, bold=True),
        Col("unit", _("Unit"), width=11, centred=True),
        Col("price", _("Unit price"), "price", 20),
        Col("amount", _("Amount"), "money", 22, unit=_(CURRENCY)),
        Col("number", _("Movement number"), "code", 25, small=True),
    )
    lines = tuple(
        Row(
            {
                "n": n, "part_no": row.part_no, "name": row.name, "bin": f"{row.bin} {row.batch}".strip(),
                "qty": abs(row.qty), "unit": row.unit, "price": row.unit_price,
                "amount": cents(abs(row.qty) * (row.unit_price or 0)), "number": row.number,
            }
        )
        for n, row in enumerate(rows, 1)
    )  # fmt: skip
    return Report(
        code="issue-slip",
        title=title,
        subtitle=_("Slip {number}").format(number=slip),
        issue=issue,
        head=tuple(head),
        blocks=(
            Table(
                columns, (Group("", lines),), title=section(1, parts), name=parts, sums=("amount",), total_label=_("Total"), label_column="name",
                empty=_("The slip has no lines yet. Add a part first."),
            ),
            Text(method(), small=True),
            Signatures((who, other, Signature(_("Approved by"), ""))),
        ),
        retention=_("5 years"),
    )  # fmt: skip


def movement_list(
    rows: Sequence[MovementRow], issue: Issue, period: str, filters: tuple[tuple[str, str], ...]
) -> Report:
    """The movements of a span of time, in order (出入库流水)."""
    columns = (
        Col("number", _("Movement number"), "code", 25, small=True),
        Col("at", _("Time"), "instant", 26, small=True),
        Col("type", _("Type"), width=26, small=True),
        Col("part_no", _("Part no."), "code", 24),
        Col("name", _("Name")),
        Col("bin", _("Bin"), width=22, small=True),
        Col("qty", _("Quantity"), "quantity", 16, bold=True),
        Col("unit", _("Unit"), width=10, centred=True),
        Col("price", _("Unit price"), "price", 18),
        Col("what", _("For / from"), width=28, small=True),
        Col("taken", _("Taken by"), width=18, small=True),
        Col("by", _("Booked by"), width=18, small=True),
        Col("reverses", _("Takes back"), "code", 28, paper=False),
    )
    lines = tuple(
        Row(
            {
                "number": row.number, "at": row.happened_at, "type": type_word(row.type), "part_no": row.part_no,
                "name": row.name, "bin": row.bin, "qty": row.qty, "unit": row.unit, "price": row.unit_price,
                "what": row.what_for, "taken": row.taken_by, "by": row.booked_by, "reverses": row.reverses,
            }
        )
        for row in rows
    )  # fmt: skip
    return Report(
        code="movement-ledger", title=_("Stock movements"), subtitle=_("In the order of their time"), issue=issue,
        head=(Fact(_("Time span"), period), Fact(_("Movements"), str(len(rows)))),
        blocks=(Table(columns, (Group("", lines),), title=section(1, _("Movements")), aside=_("Price as booked"),
                      name=_("Movements"), empty=_("Nothing was booked in this time.")),),
        period=period, filters=filters, retention=_("5 years"), landscape=True,
    )  # fmt: skip


def stock_card(card: StockCard, issue: Issue, period: str, store: str) -> Report:
    """A part with its running balance in quantity and value (库存卡)."""
    columns = (
        Col("at", _("Time"), "instant", 29),
        Col("number", _("Movement number"), "code", 30, small=True),
        Col("type", _("Type"), width=24),
        Col("what", _("For / from"), small=True),
        Col("came", _("In"), "quantity", 15),
        Col("went", _("Out"), "quantity", 15),
        Col("left", _("On hand"), "quantity", 17, bold=True),
        Col("value", _("Value change"), "money", 24),
        Col("difference", _("Price difference"), "money", 22),
        Col("worth", _("Amount"), "money", 26, unit=_(CURRENCY)),
        Col("note", _("Note"), width=34, small=True),
    )
    qty, worth = card.before
    start = Row({"type": _("Balance before"), "left": qty, "worth": cents(worth)})
    lines = [start]
    for row in card.rows:
        move = row.movement
        lines.append(
            Row(
                {
                    "at": move.happened_at, "number": move.number, "type": type_word(move.type), "what": move.what_for,
                    "came": max(move.qty, 0) or None, "went": max(-move.qty, 0) or None, "left": row.on_hand,
                    "value": cents(row.value), "difference": cents(row.difference) or None, "worth": cents(row.worth),
                    "note": _notes(row.late, row.provisional, move, row.posted_at, issue.timezone),
                },
                mark=row.on_hand < 0,
            )
        )  # fmt: skip
    after = card.after
    return Report(
        code="stock-card", title=_("Stock card"), subtitle=f"{card.part_no}  {card.name}", issue=issue,
        head=(
            Fact(_("Part no."), card.part_no), Fact(_("Name"), card.name), Fact(_("Time span"), period),
            Fact(_("On hand at the end"), f"{show_quantity(after[0])} {card.unit}"),
            Fact(_("Value at the end"), money(after[1])), Fact(_("Movements"), str(len(card.rows))),
            Fact(_("Warehouse"), store, wide=True),
        ),
        blocks=(Table(columns, (Group("", tuple(lines)),), title=section(1, _("Movements")), aside=_("Running balance"),
                      name=_("Stock card")), Text(method(), small=True)),
        period=period, retention=_("5 years"), landscape=True,
    )  # fmt: skip


def _notes(late: bool, provisional: bool, move: MovementRow, posted: int, timezone: str) -> str:
    said = [
        _("counts from {day}").format(day=show_instant(posted, timezone)[:10]) if late else "",
        _("provisional") if provisional else "",
        _("takes back {number}").format(number=move.reverses) if move.reverses else "",
        _("taken back by {number}").format(number=move.reversed_by) if move.reversed_by else "",
    ]
    return pgettext("list", ", ").join(filter(None, said))


def stock_on_day(rows: Sequence[StockOn], issue: Issue, day: str, store: str) -> Report:
    """Quantity and value of each part at the end of a day, by class."""
    columns = (
        Col("part_no", _("Part no."), "code", 28),
        Col("name", _("Name")),
        Col("spec", _("Specification"), paper=False),
        Col("abc", _("ABC"), width=12, centred=True),
        Col("site", _("Site"), width=18, paper=False),
        Col("store", _("Warehouse"), width=26, small=True),
        Col("on_hand", _("On hand"), "quantity", 20, bold=True),
        Col("unit", _("Unit"), width=12, centred=True),
        Col("mean", _("Average price"), "price", 22),
        Col("value", _("Amount"), "money", 28, unit=_(CURRENCY)),
    )
    lines = tuple(
        Row(
            {
                "part_no": row.part_no, "name": row.name, "spec": row.spec, "abc": row.abc, "site": row.site, "store": row.store,
                "on_hand": row.on_hand, "unit": row.unit, "mean": row.mean, "value": cents(row.value),
            },
            mark=row.on_hand < 0,
        )
        for row in rows
    )  # fmt: skip
    total = sum(row.value for row in rows)
    return Report(
        code="stock-on", title=_("Stock on a day"), subtitle=_("At the end of {day}").format(day=day), issue=issue,
        head=(Fact(_("Day"), day), Fact(_("Spare parts"), str(len({row.part_id for row in rows}))),
              Fact(_("Amount"), money(total)), Fact(_("Warehouse"), store)),
        blocks=(_by_class(rows),
            Table(columns, (Group("", lines),), title=section(2, _("Stock")), name=_("Stock"), sums=("value",),
                      total_label=_("Total"), label_column="name", empty=_("Nothing was in stock on this day.")),
                Text(method(), small=True)),
        period=day, retention=_("5 years"),
    )  # fmt: skip


def _by_class(rows: Sequence[StockOn]) -> Table:
    """Value of each warehouse by ABC class; the last line is all of them."""
    classes = sorted({row.abc for row in rows}, key=lambda one: (not one, one))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        line = found.setdefault((row.site, row.store), dict.fromkeys(classes, 0))
        line[row.abc] += row.value
    columns = (
        Col("site", _("Site"), width=18),
        Col("store", _("Warehouse")),
        *(Col(f"abc_{abc}", abc or _("Without a class"), "money", 30) for abc in classes),
        Col("all", _("Total"), "money", 34, unit=_(CURRENCY), bold=True),
    )
    lines = []
    for (site, store), line in sorted(found.items()):
        shown: dict[str, Value] = {f"abc_{abc}": cents(value) for abc, value in line.items()}
        lines.append(Row(shown | {"site": site, "store": store, "all": cents(sum(line.values()))}))
    title = _("Value by warehouse and class")
    return Table(
        columns, (Group("", tuple(lines)),), title=section(1, title), name=title,
        sums=(*(f"abc_{abc}" for abc in classes), "all"), total_label=_("Total"), label_column="store",
        empty=_("Nothing was in stock on this day."),
    )  # fmt: skip


def consumption(
    groups: Sequence[tuple[str, Sequence[Used]]], issue: Issue, period: str, store: str
) -> Report:
    """What was used by month, equipment class, machine and part, with a chart of the months."""
    months = groups[0][1]
    blocks: list[Charts | Table | Text] = []
    if months:
        total = sum(row.value for row in months)
        shown = months[-12:]
        points = tuple(
            Point(
                row.words[2:],
                max(cents(row.value), 0) * 10,
                show_money(cents(row.value)).split(".")[0],
                now=row is shown[-1],
            )
            for row in shown
        )
        blocks.append(
            Charts((Chart(_("Used by month, {amount} altogether").format(amount=money(total)), points),))
        )
        blocks += [Charts((_largest(title, rows),)) for title, rows in groups[1:3] if len(rows) > 1]
    for number, (title, rows) in enumerate(groups, 1):
        blocks.append(_used(number, title, rows, months=rows is months))
    blocks.append(Text(method(), small=True))
    return Report(
        code="consumption", title=_("Consumption of spare parts"), subtitle=_("Issued less returned"), issue=issue,
        head=(
            Fact(_("Time span"), period), Fact(_("Amount"), money(sum(row.value for row in months))),
            Fact(_("Warehouse"), store),
        ),
        blocks=tuple(blocks), period=period, retention=_("5 years"),
    )  # fmt: skip


def _largest(title: str, rows: Sequence[Used], most: int = 7) -> Chart:
    """The largest of a way to group, as columns, dark those that make up four fifths; the rest together, grey."""
    whole, so_far, points = sum(row.value for row in rows), 0, []
    for row in rows[:most]:
        points.append(_column(row.key or "—", row.value, now=so_far * 5 < whole * 4))
        so_far += row.value
    if rest := sum(row.value for row in rows[most:]):
        points.append(_column(_("rest"), rest))
    share = f"{rows[0].value * 100 / whole:.0f} %" if whole > 0 else "—"
    said = _("{title}: most for {name}, {share}")
    return Chart(
        said.format(title=title, name=rows[0].words or _("Without a machine"), share=share), tuple(points)
    )


def _column(label: str, value: int, *, now: bool = False) -> Point:
    return Point(label, max(cents(value), 0) * 10, show_money(cents(value)).split(".")[0], now=now)


def _used(number: int, title: str, rows: Sequence[Used], *, months: bool = False) -> Table:
    named = (
        (Col("words", _("Month"), "text"),)
        if months
        else (Col("key", _("Code"), "code", 34), Col("words", _("Name")))
    )
    columns = (
        *named,
        Col("issues", _("Issues"), "int", 20),
        Col("qty", _("Quantity"), "quantity", 24),
        Col("value", _("Amount"), "money", 30, unit=_(CURRENCY)),
    )
    lines = tuple(
        Row(
            {
                "key": row.key, "words": row.words or _("Without a machine"), "issues": row.issues,
                "qty": row.qty, "value": cents(row.value),
            }
        )
        for row in rows
    )  # fmt: skip
    return Table(
        columns, (Group("", lines),), title=section(number, title), name=title, sums=("value",), total_label=_("Total"),
        label_column="words", empty=_("Nothing was issued in this time."),
    )  # fmt: skip
