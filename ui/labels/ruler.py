"""The test page and what the ruler said of it: the sides of its square make up for a printer that draws too small or too large."""

from collections.abc import MutableMapping
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from app.errors import AppError
from app.labels.layouts import Layout
from app.labels.sizes import SQUARE, WORST, Tuning
from app.labels.testpage import calibration_page
from app.words import _
from ui.kit.buttons import button
from ui.kit.dialogs import Dialog, tell
from ui.kit.forms import Form, FormField
from ui.kit.labels import label


class RulerDialog(Dialog):
    """Print a page with a square, measure it, type both sides."""

    def __init__(
        self,
        parent: QWidget,
        layout: Layout,
        tuning: Tuning,
        memory: MutableMapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            parent,
            _("Does the printer draw to size?"),
            _(
                "Print the test page at 100 % and lay a ruler on the square. Type in what it measures; nothing to do where it is right."
            ),
        )
        self._layout, self._tuning, self._memory = layout, tuning, memory
        self.made: Tuning | None = None
        least, most = (round(SQUARE * (1 + part) * 1000) for part in (-WORST, WORST))
        side = partial(FormField, kind="number", unit="mm", required=True, given=True, limits=(least, most))
        self.form = Form([side("across", _("Width of the square")), side("down", _("Height of the square"))])
        across, down = tuning.measured
        self.form.set_values({"across": round(across * 1000), "down": round(down * 1000)})
        self.body.addWidget(self.form)
        self.body.addWidget(
            label(
                _("This layout on this laptop: {layout}").format(layout=layout.title),
                "caption",
                "text_2",
                wrap=True,
            )
        )
        self.add_button(button(_("Cancel"), scale="large")).clicked.connect(self.reject)
        self.page = self.add_button(button(_("Test page"), "printer", scale="large"))
        self.page.clicked.connect(self.print_page)
        self.add_button(button(_("Save"), kind="primary", scale="large"), safe=True).clicked.connect(
            self.on_save
        )

    def print_page(self) -> None:
        """Print the page, not yet corrected by what stands in the fields."""
        from io import BytesIO

        from ui.reports.paper import ask_printer, print_pdf

        kind = f"labels.{self._layout.code}"
        chosen = ask_printer(self, self.windowTitle(), self._memory, kind, pages=[self._layout.page])
        if chosen is None:
            return
        stream = BytesIO()
        calibration_page(self._layout, stream, Tuning(self._tuning.right, self._tuning.down))
        try:
            print_pdf(stream.getvalue(), *chosen)
        except AppError as error:
            tell(self, error)

    def on_save(self) -> None:
        """Closes with what was measured, unless nobody can have measured that."""
        if not self.form.check():
            return
        values = self.form.values()
        measured = (values["across"] / 1000, values["down"] / 1000)
        if any(abs(side - SQUARE) > SQUARE * WORST for side in measured):
            self.form.show_errors(
                {"across": _("So far off: the page was fitted to the paper. Print it at 100 %.")}
            )
            return
        self.made = Tuning(self._tuning.right, self._tuning.down, measured)
        self.accept()
