"""What SQLite and the disk say, turned into a sentence that says what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import AppError, Busy, Damaged
from app.words import N_
from db.driver import CollisionError, ServerFullError, UnreachableError

UNSTORABLE = N_("The text holds a character that cannot be stored. Type it again instead of pasting it.")
UNWRITABLE = N_(
    "The folder of the site file cannot be written to. Ask for write permission, then do it again."
)

_DAMAGE = ("malformed", "not a database", "corrupt", "decode to utf-8", "unsupported file format")


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite says into a sentence that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise sentence_of(error) from error
    except UnicodeEncodeError as error:
        raise AppError(UNSTORABLE) from error
    except Exception as error:
        wrapped = getattr(error, "orig", None)  # as SQLAlchemy has it, which is not loaded for this
        if not isinstance(wrapped, sqlite3.DatabaseError):
            raise
        raise sentence_of(wrapped) from error


def sentence_of(error: sqlite3.DatabaseError) -> Exception:
    """The AppError for a complaint of SQLite; the complaint itself where it is a bug of ours."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return error
    if isinstance(error, CollisionError | UnreachableError | ServerFullError):
        return _server_said(error)
    text = str(error).lower()
    if "full" in text:
        return AppError(
            N_("The disk is full. Nothing of this action was saved. Free some space, then do it again.")
        )
    if "locked" in text or "busy" in text:
        return Busy(
            N_("Another program is using the site file. Wait a moment and do it again; nothing was lost.")
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return AppError(UNWRITABLE)
    if "disk i/o" in text:
        return AppError(
            N_(
                "The disk reports an error. Nothing of this action was saved. Check the disk, then do it again."
            )
        )
    if any(sign in text for sign in _DAMAGE):
        return Damaged(
            N_(
                "The site file is damaged. Close the program and restore the newest backup (sitewright restore)."
            )
        )
    return error


def _server_said(error: sqlite3.DatabaseError) -> AppError:
    """The sentence for a complaint of the hub's PostgreSQL server."""
    if isinstance(error, CollisionError):
        return Busy(N_("Others changed the same records at the same moment. Do it again; nothing was lost."))
    if isinstance(error, ServerFullError):
        return Busy(N_("The database server has no room left. Free some space there; nothing was lost."))
    return Busy(N_("The database server does not answer. Start it, then do it again; nothing was lost."))
