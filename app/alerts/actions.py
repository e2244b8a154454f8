"""What people do about an alert (SM-08): acknowledge, handle, verify, close; each is a fact that stays."""

from collections.abc import Iterator

from app.access import Actor, Permission
from app.changes import Done
from app.desk import Desk
from app.errors import Objection
from app.ops import Op, Subject, operation
from app.tx import Reader, Tx
from app.words import N_, _
from app.workflow import Step

#: The states of an alert and their words; "raised" is what the program says, the others what people did.
STATES = {
    "raised": N_("Raised"),
    "acknowledged": N_("Acknowledged"),
    "handling": N_("Being handled"),
    "verified": N_("Verified"),
    "closed": N_("Closed"),
    "cleared": N_("Cleared"),
}
LINE = ("raised", "acknowledged", "handling", "verified", "closed")
STEPS = (
    Step("raised", "acknowledged", N_("Acknowledge"), Permission.HANDLE_ALERTS),
    Step("raised", "closed", N_("False alarm"), Permission.HANDLE_ALERTS, remark=True),
    Step("acknowledged", "handling", N_("Handle"), Permission.HANDLE_ALERTS),
    Step("handling", "verified", N_("Verify"), Permission.HANDLE_ALERTS, ("cause", "measure")),
    Step("verified", "closed", N_("Close"), Permission.HANDLE_ALERTS),
)

#: SQL over `alert a`: the newest thing a person did in this situation; one that came back asks anew.
ACTED = (
    "(SELECT x.action FROM alert_action x WHERE x.alert_id = a.id AND x.at >= a.raised_at AND x.deleted = 0 "
    "ORDER BY x.at DESC, x.n DESC LIMIT 1)"
)
STATE = f"CASE WHEN a.cleared_at IS NOT NULL THEN 'cleared' ELSE coalesce({ACTED}, 'raised') END"


def state_word(state: str) -> str:
    """The word of a state in the spoken language."""
    return _(STATES.get(state, state))


def steps_from(state: str, actor: Actor) -> list[Step]:
    """What this person may do about an alert in a state."""
    return [step for step in STEPS if step.source == state and actor.may(step.who)]


@operation("alert.act", Permission.HANDLE_ALERTS, {"alerts"})
class Act(Op, frozen=True, kw_only=True):
    """A person does something about an alert."""

    alert: bytes
    site: bytes | None
    action: str
    cause: str | None = None
    measure: str | None = None
    reason: str | None = None

    def check(self, read: Reader, actor: Actor) -> Iterator[Objection]:
        state = read.value(f"SELECT {STATE} FROM alert a WHERE a.id = ?", self.alert)
        step = next((s for s in STEPS if (s.source, s.target) == (state, self.action)), None)
        if state is None:
            yield Objection("alert", N_("This alert is over; nothing has to be done about it."))
        elif step is None:
            yield Objection("moved", N_("Somebody has moved this record on meanwhile. Look at it again."))
        else:
            if step.remark and not (self.reason or "").strip():
                yield Objection("remark", N_("Please give the reason."), field="reason")
            for name in step.must:
                if not getattr(self, name):
                    label = {"cause": N_("Cause"), "measure": N_("Measure")}[name]
                    yield Objection(
                        "required", N_("{field}: please fill this in."), {"field": label}, field=name
                    )

    def apply(self, tx: Tx) -> None:
        tx.insert(
            "alert_action",
            tx.made("action"),
            {
                "alert_id": self.alert,
                "site_id": self.site,
                "action": self.action,
                "at": tx.op.wall,
                "by_id": tx.op.actor,
                "cause": self.cause,
                "measure": self.measure,
                "reason": self.reason,
            },
        )

    def subject(self) -> Subject:
        return "alert", self.alert


def act(desk: Desk, alert: bytes, action: str, **words: str | None) -> Done:
    """Do the next thing about an alert; `words`: cause, measure, reason."""
    with desk.read() as read:
        site = read.value("SELECT site_id FROM alert WHERE id = ?", alert)
    return desk.perform(Act(alert=alert, site=site, action=action, **words))


def acknowledge(desk: Desk, alert: bytes) -> Done:
    """Say that one has seen it and takes care."""
    return act(desk, alert, "acknowledged")
