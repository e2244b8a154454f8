"""The forms of the books: each asks for what is needed and gives the work to be done, or None."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from app import values
from app.changes import Done
from app.desk import Desk
from app.errors import AppError
from app.inventory import finders, loans, taking, tools, transit
from app.tx import Reader
from app.words import _
from ui.inventory.books_checks import CheckForms, Work
from ui.inventory.books_months import MonthForms
from ui.inventory.tables import site_of
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField


class Forms:
    """Asks a person about a row of the books, or for a new one."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        self._parent, self._desk = parent, desk
        self._checks = CheckForms(parent, desk)
        self.months = MonthForms(parent, desk)

    def ask(self, key: str, code: str, row: Any) -> Work | None:
        """What is to be done about a row; None when the person thought better of it."""
        taken = key in {"waiting", "decided"}
        form = getattr(self._checks, code) if taken else getattr(self, f"_{key}_{code}", None)
        form = form or getattr(self.months, code)
        asked: Work | None = form(row)
        return asked

    # loans

    def loan(self) -> Work | None:
        """A new loan, out or in."""
        fields = [
            FormField("direction", _("Direction"), "choice", required=True, choices=[("out", _("Lent by us")), ("in", _("Borrowed by us"))]),
            self._part(), self._bin(required=False), _qty(), FormField("serial", _("Serial number")),
            FormField("staff", _("Colleague"), "reference", find=self._find(finders.find_staff)),
            FormField("party", _("Or firm, department")), FormField("due_on", _("Return by"), "date", required=True),
            FormField("reason", _("Reason")),
        ]  # fmt: skip
        filled = self._filled(_("Lend or borrow"), fields, {"direction": "out", "qty": 1000}, _("Book"))
        if not filled:
            return None
        terms = loans.Terms(filled["due_on"], filled["staff"], filled["party"] or "", filled["reason"] or "")
        what, serial = (self._desk, filled["part_id"]), filled["serial"] or None
        if filled["direction"] == "in":
            return partial(loans.borrow, *what, filled["qty"], terms, serial=serial)
        return partial(loans.lend, *what, filled["bin_id"], filled["qty"], terms, serial=serial)

    def _loans_return(self, row: loans.LoanRow) -> Work | None:
        title = _("Take {part} back").format(part=f"{row.part_no} {row.name}")
        filled = self._filled(
            title, [_qty(), FormField("reason", _("Remarks"))], {"qty": row.out}, _("Take back")
        )
        return filled and partial(
            loans.give_back, self._desk, row.id, filled["qty"], reason=filled["reason"] or ""
        )

    def _loans_extend(self, row: loans.LoanRow) -> Work | None:
        fields = [FormField("due_on", _("Return by"), "date", required=True), _reason()]
        filled = self._filled(
            _("Extend the loan {code}").format(code=row.code), fields, {"due_on": row.due_on}, _("Extend")
        )
        return filled and partial(loans.extend, self._desk, row.id, filled["due_on"], reason=filled["reason"])

    def _loans_keep(self, row: loans.LoanRow) -> Work | None:
        fields = [
            _qty(),
            FormField("order", _("Work order"), "reference", find=self._find(finders.find_purposes)),
            _reason(),
        ]
        if row.direction == "in":
            fields.insert(1, FormField("unit_price", _("Unit price"), "price", "CNY", required=True))
        filled = self._filled(
            _("Turn the loan {code} into an issue").format(code=row.code),
            fields,
            {"qty": row.out},
            _("Issue"),
        )
        if not filled:
            return None
        order = filled["order"] if filled["order"] and self._is_order(filled["order"]) else None
        price = filled.get("unit_price")
        return partial(
            loans.keep,
            self._desk,
            row.id,
            filled["qty"],
            reason=filled["reason"],
            work_order=order,
            unit_price=price,
        )

    # tools

    def calibration(self) -> Work | None:
        """The calibration of a tool, or of one of several by its serial number."""
        fields = [self._part(), FormField("serial", _("Serial number")), *_calibration()]
        return self._calibrated(_("Record a calibration"), fields, None, "")

    def _tools_renew(self, row: tools.ToolRow) -> Work | None:
        """The same tool again; what was recorded before stands in the form."""
        with self._desk.read() as read:
            past = tools.calibrations_of(read, row.part_id, row.serial)
        said = _("{done} – {until}  {certificate}  {by}")
        before = [
            said.format(done=one.done_on, until=one.valid_until, certificate=one.certificate, by=one.by)
            for one in past[:5]
        ]
        title = _("Calibration of {tool}").format(tool=f"{row.part_no} {row.name} {row.serial}".strip())
        return self._calibrated(title, _calibration(), row, "\n".join(before))

    def _calibrated(
        self, title: str, fields: list[FormField], row: tools.ToolRow | None, text: str
    ) -> Work | None:
        given = {"done_on": self._desk.today()}
        filled = self._filled(title, fields, given, _("Save"), check=self._check_calibration, text=text)
        if not filled:
            return None
        part = row.part_id if row else filled["part_id"]
        serial = row.serial if row else filled["serial"] or ""
        return partial(
            loans.calibrate, self._desk, part, filled["done_on"], filled["valid_until"], serial=serial,
            certificate=filled["certificate"] or "",
        )  # fmt: skip

    def _check_calibration(self, filled: dict[str, Any]) -> dict[str, str]:
        if filled["done_on"] > self._desk.today():
            return {"done_on": _("This day lies in the future.")}
        if filled["valid_until"] <= filled["done_on"]:
            return {"valid_until": _("It is valid until a day after the calibration.")}
        return {}

    # transfers

    def send(self) -> Work | None:
        """A new transfer to another site."""
        here = site_of(self._desk)
        with self._desk.read() as read:
            sites = finders.other_sites(read, here)
        fields = [
            self._part(), self._bin(), _qty(),
            FormField("site", _("To site"), "choice", required=True, choices=sites),
            FormField("reason", _("Reason")),
        ]  # fmt: skip
        filled = self._filled(_("Send to another site"), fields, {}, _("Send"))
        return filled and partial(
            transit.send_to_site, self._desk, filled["part_id"], filled["bin_id"], filled["site"], filled["qty"],
            reason=filled["reason"] or "",
        )  # fmt: skip

    def _transit_arrive(self, row: transit.TransitRow) -> Work | None:
        def bins(text: str) -> finders.Found:
            with self._desk.read() as read:
                return finders.find_bins(read, text, row.to_id)

        fields = [
            FormField("bin_id", _("Into bin"), "reference", required=True, find=bins),
            _qty(),
            FormField("reason", _("Remarks")),
        ]
        title = _("Book the arrival of {part}").format(part=f"{row.part_no} {row.name}")
        filled = self._filled(title, fields, {"qty": row.open}, _("Book the arrival"))
        return filled and partial(
            transit.arrive, self._desk, row.id, filled["bin_id"], filled["qty"], reason=filled["reason"] or "",
        )  # fmt: skip

    def _transit_lost(self, row: transit.TransitRow) -> Work | None:
        title = _("Write off {part} as lost on the way").format(part=row.part_no)
        filled = self._filled(title, [_qty(), _reason()], {"qty": row.open}, _("Write off"))
        return filled and partial(transit.give_up, self._desk, row.id, filled["qty"], reason=filled["reason"])

    # paper slips

    def paper(self) -> Work | None:
        """A slip that was written by hand: its number, its true time, and what it says."""
        fields = [
            FormField("slip", _("Slip number"), required=True), FormField("time", _("Time on the slip"), required=True, placeholder="2026-11-22 02:30"),
            self._part(), self._bin(required=False), _qty(),
            FormField("purpose", _("For work order or machine"), "reference", find=self._find(finders.find_purposes)),
            FormField("taken_by", _("Taken by"), "reference", required=True, find=self._find(finders.find_staff)),
            FormField("reason", _("Reason")),
        ]  # fmt: skip
        filled = self._filled(_("Type in a paper slip"), fields, {}, _("Book"), check=self._check_time)
        if not filled:
            return None
        purpose = filled["purpose"]
        order = purpose if purpose and self._is_order(purpose) else None

        def work(anyway: str = _("paper slip")) -> Done:
            done, _slip = taking.issue_slip(
                self._desk, [taking.Taken(filled["part_id"], filled["bin_id"], filled["qty"])], work_order=order,
                equipment=None if order else purpose, taken_by=filled["taken_by"], reason=filled["reason"] or "",
                taken_how="signature", happened_at=values.parse_instant(filled["time"], self._desk.timezone),
                paper=filled["slip"], anyway=anyway,
            )  # fmt: skip
            return done

        return work

    def _check_time(self, filled: dict[str, Any]) -> dict[str, str]:
        try:
            at = values.parse_instant(filled["time"], self._desk.timezone)
        except AppError as error:
            return {"time": str(error)}
        future = _("The time lies in the future. Type the time when the parts were taken.")
        return {"time": future} if at > self._desk.now() else {}

    # fields

    def _filled(
        self,
        title: str,
        fields: list[FormField],
        given: dict[str, Any],
        do: str,
        *,
        check: Any = None,
        text: str = "",
    ) -> Any:
        return FormDialog.ask(self._parent, title, fields, given, do=do, check=check, text=text)

    def _part(self) -> FormField:
        return FormField(
            "part_id", _("Spare part"), "reference", required=True, find=self._find(finders.find_parts)
        )

    def _bin(self, *, required: bool = True) -> FormField:
        def bins(text: str) -> finders.Found:
            with self._desk.read() as read:
                return finders.find_bins(read, text, site_of(self._desk))

        return FormField("bin_id", _("Bin"), "reference", required=required, find=bins)

    def _find(self, finder: Callable[[Reader, str], finders.Found]) -> Callable[[str], finders.Found]:
        def found(text: str) -> finders.Found:
            with self._desk.read() as read:
                return finder(read, text)

        return found

    def _is_order(self, row: bytes) -> bool:
        with self._desk.read() as read:
            return finders.is_order(read, row)


def _qty() -> FormField:
    return FormField("qty", _("Quantity"), "number", required=True)


def _calibration() -> list[FormField]:
    return [
        FormField("done_on", _("Calibrated on"), "date", required=True),
        FormField("valid_until", _("Calibrated until"), "date", required=True),
        FormField("certificate", _("Certificate")),
    ]


def _reason() -> FormField:
    return FormField("reason", _("Reason"), required=True)
