"""Who may do what (R-1.2-b): permissions, the roles that ship, and the person at the keyboard."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.errors import Denied
from app.words import N_, _, language


class Permission(StrEnum):
    """One thing that a role allows."""

    SEE = "see"
    DO_ROUNDS = "rounds.do"
    REVIEW_ROUNDS = "rounds.review"
    PLAN_ROUNDS = "rounds.plan"
    REPORT_FAULTS = "work.report"
    DO_WORK = "work.do"
    PLAN_WORK = "work.plan"
    VERIFY_WORK = "work.verify"
    HANDLE_ALERTS = "alerts.handle"
    USE_EQUIPMENT = "equipment.use"
    EDIT_EQUIPMENT = "equipment.edit"
    RETIRE_EQUIPMENT = "equipment.retire"
    SEE_STOCK = "stock.see"
    TAKE_PARTS = "stock.take"
    MOVE_STOCK = "stock.move"
    EDIT_PARTS = "stock.edit"
    APPROVE_STOCK = "stock.approve"
    BUY = "stock.buy"
    SEE_TRAINING = "training.see"
    EDIT_TRAINING = "training.edit"
    EDIT_STAFF = "staff.edit"
    SEE_PRIVATE = "staff.private"
    PRINT_REPORTS = "reports.print"
    PRINT_LABELS = "labels.print"
    IMPORT = "exchange.import"
    EXPORT = "exchange.export"
    SEE_AUDIT = "audit.see"
    SET_PIN = "access.pin"
    ADMINISTER = "access.administer"
    SETTLE_CONFLICTS = "sync.settle"


P = Permission
_EVERYBODY = {P.SEE, P.REPORT_FAULTS, P.SEE_TRAINING, P.SEE_STOCK}
_SUPERVISOR = set(P) - {P.ADMINISTER}


@dataclass(frozen=True)
class RoleSpec:
    """A role that ships with the program; its permissions can be edited on the site."""

    code: str
    name: str
    permissions: frozenset[Permission]


ROLES: tuple[RoleSpec, ...] = (
    RoleSpec(
        "technician",
        N_("Technician"),
        frozenset(
            _EVERYBODY
            | {P.DO_ROUNDS, P.DO_WORK, P.USE_EQUIPMENT, P.TAKE_PARTS, P.HANDLE_ALERTS, P.PRINT_REPORTS}
        ),
    ),
    RoleSpec(
        "storekeeper",
        N_("Storekeeper"),
        frozenset(
            _EVERYBODY
            | {
                P.TAKE_PARTS,
                P.MOVE_STOCK,
                P.EDIT_PARTS,
                P.BUY,
                P.PRINT_REPORTS,
                P.PRINT_LABELS,
                P.IMPORT,
                P.EXPORT,
                P.HANDLE_ALERTS,
            }
        ),
    ),
    RoleSpec("supervisor", N_("Supervisor"), frozenset(_SUPERVISOR)),
    RoleSpec(
        "planner",
        N_("Planner"),
        frozenset(
            _EVERYBODY
            | {
                P.PLAN_ROUNDS,
                P.PLAN_WORK,
                P.EDIT_EQUIPMENT,
                P.PRINT_REPORTS,
                P.PRINT_LABELS,
                P.IMPORT,
                P.EXPORT,
            }
        ),
    ),
    RoleSpec(
        "training_admin",
        N_("Training administrator"),
        frozenset(_EVERYBODY | {P.EDIT_TRAINING, P.EDIT_STAFF, P.PRINT_REPORTS, P.IMPORT, P.EXPORT}),
    ),
    RoleSpec("auditor", N_("Auditor"), frozenset(_EVERYBODY | {P.SEE_AUDIT, P.PRINT_REPORTS, P.EXPORT})),
    RoleSpec("administrator", N_("System administrator"), frozenset(P)),
)


@dataclass(frozen=True)
class Actor:
    """The person (or the local administrator of a command) in whose name an op is made."""

    user_id: bytes | None
    name: str
    permissions: frozenset[Permission]
    roles: tuple[str, ...] = ()
    staff_id: bytes | None = None
    staff_no: str = ""
    name_en: str = ""
    site_id: bytes | None = None
    #: Sites that the person may see; empty: all on this laptop.
    sites: frozenset[bytes] = field(default_factory=frozenset)

    @property
    def shown(self) -> str:
        """The name in the language of the reader, as far as the person has one."""
        return (self.name_en if language() == "en" else "") or _(self.name)

    def may(self, permission: Permission | None) -> bool:
        """Whether the roles of the person allow this."""
        return permission is None or permission in self.permissions

    def demand(self, permission: Permission | None) -> None:
        """Raise Denied unless the person may."""
        if not self.may(permission):
            raise Denied


def local_administrator() -> Actor:
    """The actor of the command line: the profile's local administrator, logged as such."""
    return Actor(None, N_("Local administrator"), frozenset(P), ("administrator",))


#: Who may create, patch, move on or retire rows of a table by the generic ops.
EDITORS: dict[str, Permission] = {
    **dict.fromkeys(["site", "location", "org_unit"], P.EDIT_EQUIPMENT),
    **dict.fromkeys(
        ["equipment", "equipment_class", "downtime", "meter_reading", "equipment_use"], P.EDIT_EQUIPMENT
    ),
    **dict.fromkeys(["part", "part_supplier", "supplier", "stock_policy", "code_alias"], P.EDIT_PARTS),
    **dict.fromkeys(["price_break", "equipment_part", "kit_part"], P.EDIT_PARTS),
    # An approval is a step of its own (count.approve); nobody edits a stock-take into another state.
    **dict.fromkeys(["stock_rules", "site_stock_rules", "stock_count"], P.APPROVE_STOCK),
    **dict.fromkeys(["reservation"], P.MOVE_STOCK),
    **dict.fromkeys(["purchase_order", "purchase_line"], P.BUY),
    **dict.fromkeys(["count_line"], P.MOVE_STOCK),
    **dict.fromkeys(
        ["inspection_template", "inspection_item", "inspection_plan", "inspection_task"], P.PLAN_ROUNDS
    ),
    **dict.fromkeys(
        [
            "course",
            "cert_type",
            "staff_certificate",
            "competency_rule",
            "training_session",
            "training_record",
        ],
        P.EDIT_TRAINING,
    ),
    **dict.fromkeys(["staff"], P.EDIT_STAFF),
    **dict.fromkeys(["staff_private"], P.SEE_PRIVATE),
    **dict.fromkeys(["fault"], P.REPORT_FAULTS),
    **dict.fromkeys(["work_order"], P.PLAN_WORK),
    **dict.fromkeys(["role", "user_account", "user_site_scope", "device"], P.ADMINISTER),
}


def editor_of(table: str) -> Permission:
    """The permission that the generic ops demand on a table."""
    return EDITORS.get(table, P.ADMINISTER)


#: Who may file a record (and take their own back) where that is more people than may plan with it.
CREATORS: dict[str, Permission] = {"work_order": P.REPORT_FAULTS, "stock_count": P.MOVE_STOCK}


def creator_of(table: str) -> Permission:
    """The permission that creating a row of a table, and undoing that, demands."""
    return CREATORS.get(table) or editor_of(table)
