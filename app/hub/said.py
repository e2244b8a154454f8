"""What became of a batch file at the hub, in sentences: for the command line and the hub's page."""

from app.hub.bundles import Adopted, Received
from app.sync.bundle.lines import Missing
from app.sync.bundle.words import joined
from app.words import _, ngettext


def received_said(received: Received) -> str:
    """What a file brought, in sentences."""
    name, code = received.opened.name, received.device.code
    parts = [
        ngettext(
            "{name} of the laptop {code}: {count} record, {new} of them new.",
            "{name} of the laptop {code}: {count} records, {new} of them new.",
            received.ops,
        ).format(name=name, code=code, count=received.ops, new=received.new)
    ]
    if received.device.revoked:
        parts.append(_("This laptop was revoked: what it sends is kept, but not accepted."))
    if received.files:
        count = len(received.files)
        parts.append(
            ngettext("{count} photo or document came.", "{count} photos and documents came.", count).format(
                count=count
            )
        )
    for outcome, words in (
        ("conflict", _("Conflicts: {count}.")),
        ("quarantined", _("Kept but not accepted yet: {count}.")),
        ("rejected", _("Refused: {count}.")),
    ):
        if count := received.count(outcome):
            parts.append(words.format(count=count))
    if received.waiting:
        parts.append(
            ngettext(
                "{count} record waits for earlier ones.",
                "{count} records wait for earlier ones.",
                received.waiting,
            ).format(count=received.waiting)
        )
    parts += [missing_said(one) for one in received.missing]
    if received.forked:
        parts.append(
            _(
                "Somebody else wrote in this laptop's name, or an old copy was put back: its answer tells it what to do."
            )
        )
    return joined(parts)


def missing_said(missing: Missing) -> str:
    """Which records have not come, and what to do."""
    return _(
        "Records {first} to {last} are missing: bring in the file that holds them, or let the laptop export once more."
    ).format(first=missing.first, last=missing.last)


def adopted_said(done: Adopted) -> str:
    """What was let in of a lost laptop, and what never came."""
    parts = [
        ngettext("{count} record was let in.", "{count} records were let in.", done.ops).format(
            count=done.ops
        ),
        *(
            _("Records {first} to {last} never came and are lost.").format(first=one.first, last=one.last)
            for one in done.missing
        ),
    ]
    return joined(parts)
