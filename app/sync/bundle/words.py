"""What became of a batch file, in sentences: for the command line and the sync page."""

from app.sync.bundle.incoming import BroughtIn
from app.sync.bundle.outgoing import Exported
from app.words import _, ngettext

MEGABYTE = 1024 * 1024


def exported_said(made: Exported) -> str:
    """What is in the file, what is not, and what to do with it."""
    said = [
        ngettext("{count} record is in the file", "{count} records are in the file", made.ops).format(
            count=made.ops
        )
    ]
    if made.photos:
        said.append(ngettext("{count} photo", "{count} photos", made.photos).format(count=made.photos))
    parts = [_("{records}, {size} MB.").format(records=_(", ").join(said), size=_size(made.size))]
    if len(made.paths) > 1:
        parts.append(_("There are {count} parts: all of them are needed.").format(count=len(made.paths)))
    if made.photos_left:
        parts.append(
            ngettext(
                "{count} photo waits for the next file.",
                "{count} photos wait for the next file.",
                made.photos_left,
            ).format(count=made.photos_left)
        )
    parts.append(
        _("Bring it to the hub by any way; nothing counts as sent until its answer is brought in here.")
    )
    return joined(parts)


def _size(size: int) -> str:
    return f"{max(size / MEGABYTE, 0.1):.1f}"


def brought_said(outcome: BroughtIn) -> str:
    """What the hub's answer changed here."""
    report = outcome.report
    if outcome.known:
        return _("Nothing in this file was new: it had been brought in before, or the hub had no news.")
    parts = [
        ngettext(
            "The hub has received {count} record of this laptop.",
            "The hub has received {count} records of this laptop.",
            report.sent,
        ).format(count=report.sent),
        ngettext("{count} row came from the hub.", "{count} rows came from the hub.", report.received).format(
            count=report.received
        ),
    ]
    if outcome.files:
        parts.append(
            ngettext(
                "{count} photo or document came.", "{count} photos and documents came.", outcome.files
            ).format(count=outcome.files)
        )
    parts += _trouble(outcome)
    return joined(parts)


def _trouble(outcome: BroughtIn) -> list[str]:
    parts = []
    if outcome.report.history:
        parts.append(
            _("The hub was restored from a backup: export once more, so that it gets again what it lost.")
        )
    if outcome.report.forked:
        parts.append(
            _(
                "An old copy or a second laptop had written in this one's name: export once more; nothing was lost."
            )
        )
    if outcome.missing and not outcome.report.history:
        parts.append(
            ngettext(
                "The hub still lacks {count} earlier record of this laptop: bring it the missing file, or export once more.",
                "The hub still lacks {count} earlier records of this laptop: bring it the missing file, or export once more.",
                outcome.missing,
            ).format(count=outcome.missing)
        )
    return parts


def joined(sentences: list[str]) -> str:
    """Sentences one after the other, as the language has it."""
    from app.words import language

    return ("" if language().startswith("zh") else " ").join(sentences)
