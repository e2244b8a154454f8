"""Every report there is: what it is for, what it must be told, and how it is made, printed and saved."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.access import Permission
from app.desk import Desk
from app.errors import AppError
from app.files import write_safely
from app.reports import parameters as told
from app.reports.document import Report
from app.reports.parameters import Parameter
from app.reports.pdf import render_pdf
from app.reports.record import ReportNote
from app.reports.sources import counts, figures, ledger, machines, people, purchase, rounds, standing, stock
from app.reports.sources.job import Job
from app.reports.xlsx import render_xlsx
from app.words import N_, _, pgettext, speaking

Form = Literal["pdf", "xlsx"]
#: Areas in the order of the page: code, title, sign.
AREAS = (
    ("rounds", N_("Rounds"), "clipboard-check"),
    ("stock", N_("Spare parts"), "package"),
    ("equipment", N_("Equipment"), "server-cog"),
    ("training", N_("Training"), "graduation-cap"),
)


@dataclass(frozen=True)
class ReportSpec:
    """A report: its name in commands, its title, what it is for, who may see its data, and its parameters."""

    name: str
    title: str
    purpose: str
    area: str
    needs: Permission
    parameters: tuple[Parameter, ...]
    source: Callable[[Job], Report]

    def build(self, desk: Desk, parameters: Mapping[str, str], number: str = "") -> Report:
        """The report as a declaration, in the language spoken now. Raises AppError for a parameter that does not fit."""
        desk.actor.demand(self.needs)
        given = told.checked(desk, self.parameters, parameters, _(self.title))
        with desk.read() as read:
            return self.source(Job(desk, read, given, number))


REPORTS: dict[str, ReportSpec] = {
    spec.name: spec
    for spec in (
        ReportSpec(
            "inspection",
            N_("Inspection report"),
            N_("One round with readings, deviations, photos"),
            "rounds",
            Permission.SEE,
            (told.ROUND,),
            rounds.inspection,
        ),
        ReportSpec(
            "blank-inspection",
            N_("Blank inspection sheet"),
            N_("To fill in by hand where no screen may go"),
            "rounds",
            Permission.SEE,
            (told.TEMPLATE, told.SITE, told.DATE),
            rounds.blank,
        ),
        ReportSpec(
            "low-stock",
            N_("Low stock and purchase proposal"),
            N_("What runs out, and what to buy from whom"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE,),
            stock.low_stock,
        ),
        ReportSpec(
            "buy-list",
            N_("Buy list"),
            N_("What to order from whom, in packs and at which price"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE,),
            stock.to_buy,
        ),
        ReportSpec(
            "purchase-order",
            N_("Purchase order"),
            N_("What the supplier is to deliver, to sign"),
            "stock",
            Permission.SEE_STOCK,
            (told.ORDER,),
            purchase.order,
        ),
        ReportSpec(
            "receipt-list",
            N_("Delivery list"),
            N_("What came for an order, and the slip of a day"),
            "stock",
            Permission.SEE_STOCK,
            (told.ORDER, told.DAY),
            purchase.receipts,
        ),
        ReportSpec(
            "supplier-return",
            N_("Return to supplier"),
            N_("What goes back to a supplier and why, to sign"),
            "stock",
            Permission.SEE_STOCK,
            (told.ORDER, told.DAY),
            purchase.returns,
        ),
        ReportSpec(
            "count-due",
            N_("Due to be counted"),
            N_("Which parts the counting cycle asks for"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE,),
            counts.due,
        ),
        ReportSpec(
            "count-sheet",
            N_("Stock count sheet"),
            N_("To count with paper and pen, a code on every line"),
            "stock",
            Permission.SEE_STOCK,
            (told.COUNT,),
            counts.sheet,
        ),
        ReportSpec(
            "count-variance",
            N_("Stocktake variance list"),
            N_("What differs from the books, why, and what it is worth"),
            "stock",
            Permission.SEE_STOCK,
            (told.COUNT,),
            counts.variance,
        ),
        ReportSpec(
            "issue-slip",
            N_("Issue slip"),
            N_("What somebody took, to sign"),
            "stock",
            Permission.SEE_STOCK,
            (told.SLIP,),
            ledger.slip,
        ),
        ReportSpec(
            "movement-ledger",
            N_("Stock movements"),
            N_("All that came and went in a span of time"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE, told.WAREHOUSE, told.FROM, told.TO),
            ledger.movements,
        ),
        ReportSpec(
            "stock-card",
            N_("Stock card"),
            N_("One part with its running balance and value"),
            "stock",
            Permission.SEE_STOCK,
            (told.PART, told.SITE, told.WAREHOUSE, told.FROM, told.TO),
            ledger.card,
        ),
        ReportSpec(
            "stock-on",
            N_("Stock on a day"),
            N_("Quantity and value of all parts, also of a past day"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE, told.WAREHOUSE, told.AS_OF),
            ledger.on_day,
        ),
        ReportSpec(
            "month-closing",
            N_("Monthly stock sheet"),
            N_("A closed month of a warehouse: beginning, in, out, end"),
            "stock",
            Permission.SEE_STOCK,
            (told.CLOSING,),
            ledger.closed,
        ),
        ReportSpec(
            "site-month",
            N_("Monthly stock sheet of a site"),
            N_("The closed months of all warehouses together"),
            "stock",
            Permission.SEE_STOCK,
            (told.MONTH, told.SITE),
            ledger.site_month,
        ),
        ReportSpec(
            "consumption",
            N_("Consumption of spare parts"),
            N_("Used by month, class, machine and part"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE, told.WAREHOUSE, told.FROM, told.TO),
            ledger.consumption,
        ),
        ReportSpec(
            "stock-turns",
            N_("Turns and days of supply"),
            N_("How fast the stock turns, in three variants, and by class"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE,),
            figures.turns,
        ),
        ReportSpec(
            "stock-outs",
            N_("Stock-outs and fill rate"),
            N_("What could not be had: days, events, issues not covered"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE, told.FROM, told.TO),
            figures.outs,
        ),
        ReportSpec(
            "abc-ved",
            N_("Value × criticality (ABC × VED)"),
            N_("Which parts need the most care"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE,),
            figures.matrix,
        ),
        ReportSpec(
            "idle-stock",
            N_("Slow, dead, expiring and excess stock"),
            N_("What only lies there, grows old or is too much"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE,),
            standing.standing_still,
        ),
        ReportSpec(
            "count-accuracy",
            N_("Stocktake accuracy"),
            N_("How exact the books were, over time and by class"),
            "stock",
            Permission.SEE_STOCK,
            (told.SITE, told.FROM, told.TO),
            figures.exact,
        ),
        ReportSpec(
            "equipment-register",
            N_("Equipment register"),
            N_("All machines with state, age and cost"),
            "equipment",
            Permission.SEE,
            (told.SITE, told.A4),
            machines.register,
        ),
        ReportSpec(
            "equipment-file",
            N_("Equipment history"),
            N_("All that ever happened to one machine"),
            "equipment",
            Permission.SEE,
            (told.EQUIPMENT,),
            machines.file,
        ),
        ReportSpec(
            "training-matrix",
            N_("Training and qualification matrix"),
            N_("Who holds which course until when"),
            "training",
            Permission.SEE_TRAINING,
            (told.SITE, told.TEAM, told.POST, told.CATEGORY, told.AS_OF, told.A4),
            people.matrix,
        ),
        ReportSpec(
            "training-record",
            N_("Staff training record"),
            N_("Courses and certificates of one person"),
            "training",
            Permission.SEE_TRAINING,
            (told.STAFF,),
            people.record,
        ),
    )
}


def spec_of(name: str) -> ReportSpec:
    """The report of this name. Raises AppError."""
    if name not in REPORTS:
        known = pgettext("list", ", ").join(REPORTS)
        raise AppError(N_("There is no report “{name}”. There are: {known}."), name=name, known=known)
    return REPORTS[name]


def reports_for(desk: Desk) -> Sequence[ReportSpec]:
    """The reports whose data the person may see."""
    return [spec for spec in REPORTS.values() if desk.may(spec.needs)]


def make(
    desk: Desk, name: str, parameters: Mapping[str, str], target: Path, *, spoken: str | None = None
) -> str:
    """Write a report to a .pdf or .xlsx file, log it, and give its number; `spoken` is another language than the window's."""
    form = _form_of(target)
    number, raw = _numbered(desk, name, parameters, form, spoken)
    with write_safely(target) as stream:
        stream.write(raw)
    _note(desk, name, parameters, number, form)
    return number


def make_for_printer(
    desk: Desk, name: str, parameters: Mapping[str, str], *, spoken: str | None = None
) -> bytes:
    """The PDF that goes to paper, with its number; logged as printed."""
    number, raw = _numbered(desk, name, parameters, "pdf", spoken)
    _note(desk, name, parameters, number, "print")
    return raw


def make_bytes(
    desk: Desk, name: str, parameters: Mapping[str, str], form: Form = "pdf", *, spoken: str | None = None
) -> bytes:
    """The report as it would be, without a number; not logged: for the preview."""
    return _rendered(desk, name, parameters, form, spoken=spoken)


def _numbered(
    desk: Desk, name: str, parameters: Mapping[str, str], form: Form, spoken: str | None
) -> tuple[str, bytes]:
    desk.actor.demand(Permission.PRINT_REPORTS)
    spec_of(name).build(desk, parameters)  # what does not fit is said before a number is drawn
    number = desk.number("R")
    return number, _rendered(desk, name, parameters, form, number=number, spoken=spoken)


def _rendered(
    desk: Desk, name: str, parameters: Mapping[str, str], form: Form, *, number: str = "", spoken: str | None
) -> bytes:
    stream = io.BytesIO()
    with speaking(spoken):
        report = spec_of(name).build(desk, parameters, number)
        if form == "pdf":
            render_pdf(report, stream)
        else:
            render_xlsx(report, stream)
    return stream.getvalue()


def _form_of(target: Path) -> Form:
    match target.suffix.lower():
        case ".pdf":
            return "pdf"
        case ".xlsx":
            return "xlsx"
    raise AppError(
        N_("A report is a PDF or an Excel file: let the name of “{name}” end in .pdf or .xlsx."),
        name=target.name,
    )


def _note(desk: Desk, name: str, parameters: Mapping[str, str], number: str, form: str) -> None:
    given = {key: value for key, value in parameters.items() if value}
    desk.perform(ReportNote(report=name, number=number, parameters=given, format=form, data_as_of=desk.now()))
