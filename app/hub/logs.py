"""The hub's log: one JSON object a line, whatever a caller sent; no bodies, no tokens, nothing personal."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

from app.errors import AppError

REQUESTS = logging.getLogger("app.hub.requests")


class JsonLines(logging.Formatter):
    """A record as one line: when, how grave, where, what, and the fields that were given as `extra={"data": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; of an error the kind and the place, not its text, which may quote a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if record.name.startswith("app.") else str(record.msg),
        }
        line |= getattr(record, "data", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def _error(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    said = {"message": error.message} if isinstance(error, AppError) else {}
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return {"error": type(error).__name__, **said, "stack": where}


def log_json(stream: TextIO | None = None) -> None:
    """Send everything that is logged from now on to a stream, the standard error by default."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(logging.INFO)


def note_request(**facts: object) -> None:
    """One request: call, outcome, the first letters of the laptop's id, milliseconds, bytes in and out."""
    REQUESTS.info("request", extra={"data": facts})
