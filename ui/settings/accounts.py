"""Accounts and roles (账号与角色), for the administrator: who may sign in, where, and what each role allows."""

from array import array
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app import auth, search
from app.access import Permission
from app.auth import Account, RoleView
from app.auth.words import PERMISSIONS
from app.desk import Desk
from app.settings import Preferences
from app.signs import Sign
from app.values import show_instant
from app.words import N_, _
from ui.kit.buttons import button
from ui.kit.dialogs import FormDialog
from ui.kit.forms import FormField
from ui.kit.inspector import Inspector, Panes
from ui.kit.labels import label, line
from ui.kit.layout import Page
from ui.kit.notes import NoteStrip
from ui.kit.table import Column, Table
from ui.kit.tasks import Tasks
from ui.signin.dialogs import set_pin


class Accounts:
    """The accounts as rows of a table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rows: list[Account] = []

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        with self._desk.read() as read:
            found = auth.accounts(read)
        if text:
            plain = text.casefold()
            found = [a for a in found if plain in a.username.casefold() or plain in a.name.casefold()]
        if sort:
            found.sort(key=lambda a: (getattr(a, sort) is None, getattr(a, sort)), reverse=descending)
        self._rows = found
        return array("q", range(len(found)))

    def rows(self, ids: Sequence[int]) -> Sequence[Any]:
        return [self._rows[n] if n < len(self._rows) else None for n in ids]

    def at(self, number: int) -> Account:
        """The account of a row."""
        return self._rows[number]


class AccountsPage(Page):
    """Two tabs: the accounts with their inspector, the roles as a matrix."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__(_("Accounts and roles"), table=True)
        self._desk, self._tasks = desk, tasks
        self._source = Accounts(desk)
        self.tabs = QTabBar()
        self.tabs.addTab(_("Accounts"))
        self.tabs.addTab(_("Roles"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        holder = QWidget()
        strip = QVBoxLayout(holder)
        strip.setContentsMargins(20, 4, 20, 0)
        strip.addWidget(self.tabs)
        self.body.addWidget(holder)
        self.body.addWidget(line())
        prefs = Preferences(desk.profile, desk.actor.user_id).part("accounts")
        self.table = Table(self._columns(), self._source, tasks=tasks, prefs=prefs)
        self.table.selected.connect(self._on_selected)
        self.table.opened.connect(self._on_opened)
        self.inspector = Inspector()
        self.panes = Panes(self.table, self.inspector)
        self.roles = RolesView(desk, tasks)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.panes)
        self._stack.addWidget(self.roles)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.body.addWidget(self._stack, 1)
        make = button(_("New account"), "plus", "primary")
        make.clicked.connect(self.new)
        self.set_primary(make)
        self.table.refresh()

    def _columns(self) -> list[Column]:
        zone = self._desk.timezone
        return [
            Column("username", N_("User name"), "code", 130),
            Column("name", N_("Name"), width=150, stretch=True, second=lambda a: a.role_words),
            Column("role_words", N_("Roles"), width=200, compact=False),
            Column("site_words", N_("Sites"), width=170, compact=False),
            Column("active", N_("Status"), "status", 120, value=_status),
            Column(
                "last_sign_in",
                N_("Last sign-in"),
                "date",
                140,
                value=lambda a: show_instant(a.last_sign_in, zone),
            ),
        ]

    # inspector

    def _on_selected(self, number: int | None) -> None:
        if number is None:
            self.panes.close_inspector()
            return
        self._fill(self._source.at(number))
        self.panes.offer()

    def _on_opened(self, number: int) -> None:
        self._fill(self._source.at(number))
        self.panes.open_inspector()

    def _fill(self, found: Account) -> None:
        self.inspector.start(found.username, found.name)
        self.inspector.add_facts(
            [
                (_("Roles"), found.role_words),
                (_("Sites"), found.site_words),
                (_("Status"), _("May sign in") if found.active else _("Closed")),
                (_("Password"), _password_words(found)),
                (_("Last sign-in"), show_instant(found.last_sign_in, self._desk.timezone) or "—"),
            ]
        )
        edit = button(_("Edit"), "pencil")
        edit.clicked.connect(lambda: self.edit(found))
        password = button(_("Set password"))
        password.clicked.connect(lambda: self.set_password(found))
        pin = button(_("Set PIN"))
        pin.clicked.connect(lambda: set_pin(self.window(), self._desk, found.id, found.name))
        self.inspector.set_actions([edit, password, pin])

    # dialogs

    def new(self) -> None:
        """Ctrl N: a new account."""

        def check(values: Mapping[str, Any]) -> dict[str, str]:
            auth.create_account(
                self._desk,
                values["username"] or "",
                values["password"] or "",
                roles=_chosen(values, "role:"),
                staff_id=values["staff_id"],
                sites=[bytes.fromhex(code) for code in _chosen(values, "site:")],
            )
            return {}

        fields = [
            FormField("username", _("User name"), required=True),
            FormField(
                "password",
                _("First password"),
                "password",
                required=True,
                help=_("The person changes it at the first sign-in."),
            ),
            *self._fields(),
        ]
        if FormDialog.ask(self.window(), _("New account"), fields, check=check) is not None:
            self.table.refresh()

    def edit(self, found: Account) -> None:
        """Roles, sites and person of an account, or close it."""

        def check(values: Mapping[str, Any]) -> dict[str, str]:
            auth.save_account(
                self._desk,
                found.id,
                roles=_chosen(values, "role:"),
                sites=[bytes.fromhex(code) for code in _chosen(values, "site:")],
                staff_id=values["staff_id"],
                active=bool(values["active"]),
            )
            return {}

        values: dict[str, Any] = {f"role:{code}": 1 for code in found.roles}
        values |= {f"site:{site.hex()}": 1 for site in found.sites}
        values |= {"active": int(found.active)}
        if found.staff_id:
            values["staff_id"] = (found.staff_id, found.name)
        fields = [*self._fields(), FormField("active", _("May sign in"), "flag")]
        if FormDialog.ask(self.window(), found.username, fields, values, check=check) is not None:
            self.table.refresh()

    def set_password(self, found: Account) -> None:
        """A new password; the person changes it at the next sign-in."""

        def check(values: Mapping[str, Any]) -> dict[str, str]:
            auth.set_password(self._desk, found.id, values["password"] or "")
            return {}

        fields = [
            FormField(
                "password",
                _("New password"),
                "password",
                required=True,
                help=_("The person changes it at the next sign-in. The PIN on this laptop ends."),
            )
        ]
        title = _("Set a password for {name}").format(name=found.name)
        if FormDialog.ask(self.window(), title, fields, check=check) is not None:
            self.table.refresh()

    def _fields(self) -> list[FormField]:
        with self._desk.read() as read:
            roles = auth.roles(read)
        made = [FormField("staff_id", _("Staff member"), "reference", find=self._find_staff)]
        made += [FormField(f"role:{role.code}", _(role.name), "flag") for role in roles]
        sites = self._desk.sites()
        if len(sites) > 1:
            said = _("None ticked: all sites")
            made += [
                FormField(f"site:{s.id.hex()}", s.name, "flag", help=said if s is sites[-1] else "")
                for s in sites
            ]
        return made

    def _find_staff(self, text: str) -> list[tuple[bytes, str]]:
        with self._desk.read() as read:
            if text:
                return [
                    (found.id, f"{found.code} {found.title}") for found in search.find(read, text, ("staff",))
                ]
            return read.rows(
                "SELECT id, staff_no || ' ' || name FROM staff WHERE deleted = 0 ORDER BY n LIMIT 40"
            )

    def refresh(self, topics: set[str]) -> None:
        """Read again after a change."""
        if "access" in topics:
            self.table.refresh()
            self.roles.show_roles()


_IN_USE = Sign("ok", "circle-check", "✓", N_("May sign in"))
_CLOSED = Sign("neutral", "circle-slash", "—", N_("Closed"))


def _status(found: Account) -> Sign:
    return _IN_USE if found.active else _CLOSED


def _password_words(found: Account) -> str:
    if not found.has_password:
        return _("None on this laptop")
    return _("To be changed at the next sign-in") if found.must_change else _("Set")


def _chosen(values: Mapping[str, Any], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name, value in values.items() if name.startswith(prefix) and value]


class RolesView(QScrollArea):
    """What each role allows, as a matrix of ticks; a change holds from the next sign-in."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self.boxes: dict[tuple[str, Permission], QCheckBox] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.show_roles()

    def show_roles(self) -> None:
        """Read the roles again."""
        with self._desk.read() as read:
            roles = auth.roles(read)
        if {code for code, _permission in self.boxes} == {role.code for role in roles}:
            self._tick(roles)
        else:
            self._build(roles)

    def _tick(self, roles: list[RoleView]) -> None:
        for role in roles:
            for permission in Permission:
                if box := self.boxes.get((role.code, permission)):
                    box.blockSignals(True)
                    box.setChecked(permission in role.permissions)
                    box.blockSignals(False)

    def _build(self, roles: list[RoleView]) -> None:
        inner = QWidget()
        inner.setProperty("ground", "none")
        grid = QGridLayout(inner)
        grid.setContentsMargins(20, 14, 20, 20)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(3)
        grid.addWidget(
            NoteStrip(_("A change holds from the next sign-in of a person."), "info"), 0, 0, 1, len(roles) + 1
        )
        self.boxes.clear()
        for column, role in enumerate(roles, 1):
            title = label(_(role.name), "dense", wrap=True)
            title.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(title, 1, column)
        row = 2
        for group, permissions in PERMISSIONS:
            grid.addWidget(label(_(group), "body_strong"), row, 0, 1, len(roles) + 1)
            row += 1
            for permission, words in permissions:
                grid.addWidget(label(_(words), "dense"), row, 0)
                for column, role in enumerate(roles, 1):
                    grid.addWidget(
                        self._box(role, permission, _(words)), row, column, Qt.AlignmentFlag.AlignHCenter
                    )
                row += 1
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(row, 1)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)

    def _box(self, role: RoleView, permission: Permission, words: str) -> QCheckBox:
        made = QCheckBox()
        made.setChecked(permission in role.permissions)
        made.setAccessibleName(f"{_(role.name)}: {words}")
        if role.code == "administrator" and permission is Permission.ADMINISTER:
            made.setEnabled(False)
            made.setToolTip(_("The administrator keeps this right, so that somebody can give rights."))
        made.toggled.connect(partial(self._on_toggled, role, permission))
        self.boxes[role.code, permission] = made
        return made

    def _on_toggled(self, role: RoleView, _permission: Permission, _on: bool) -> None:
        wanted = {p for (code, p), box in self.boxes.items() if code == role.code and box.isChecked()}
        self._tasks.run(partial(auth.save_role, self._desk, role, wanted), lambda _done: None, owner=self)
