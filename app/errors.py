"""What the user's action or environment caused, as a sentence that says what to do.

    AppError                 any of these; `str(error)` is the sentence in the spoken language
    +-- Denied               the role does not allow it
    +-- Refused              a rule objects; the person may override some objections
    +-- Damaged              the site file is not as we left it
    +-- Busy                 somebody else holds the site file

Everything else that is raised is a bug and goes to the except hook.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.words import N_, _


class AppError(Exception):
    """A sentence for the user: a marked message with named fields, translated when shown."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return _(self.message).format(**{k: _said(v) for k, v in self.params.items()})


class Denied(AppError):
    """The role of the person does not allow the action."""

    def __init__(
        self,
        message: str = N_("Your role does not allow this. Ask a supervisor or the administrator."),
        **params: Any,
    ) -> None:
        super().__init__(message, **params)


@dataclass(frozen=True)
class Objection:
    """What a rule has to say against an action before it is recorded."""

    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    may_override: bool = False
    field: str | None = None

    def __str__(self) -> str:
        return _(self.message).format(**{k: _said(v) for k, v in self.params.items()})


class Refused(AppError):
    """One or more rules object; `objections` says which may be overridden with a reason."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        super().__init__("")
        self.objections = tuple(objections)

    @property
    def may_override(self) -> bool:
        return all(o.may_override for o in self.objections)

    def __str__(self) -> str:
        return "\n".join(map(str, self.objections))


class Damaged(AppError):
    """The site file is not as the program left it."""


class Busy(AppError):
    """Another program or window holds the site file."""


def _said(value: Any) -> Any:
    """A parameter that is itself a marked word is translated, too."""
    return _(value) if isinstance(value, str) and value else value
