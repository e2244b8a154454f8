"""Files that are whole or not there: written beside the target, flushed to the disk, then renamed."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.errors import AppError
from app.words import N_

_SENTENCES = {
    errno.ENOSPC: N_("The disk is full: “{name}” was not written. Free some space and try again."),
    errno.EDQUOT: N_("The disk is full: “{name}” was not written. Free some space and try again."),
    errno.EACCES: N_(
        "“{name}” cannot be written there. Close it in other programs, or choose another folder."
    ),
    errno.EPERM: N_(
        "“{name}” cannot be written there. Close it in other programs, or choose another folder."
    ),
    errno.EROFS: N_(
        "“{name}” cannot be written there. Close it in other programs, or choose another folder."
    ),
    errno.ENOENT: N_("The folder for “{name}” is not there any more. Choose another folder."),
    errno.ENAMETOOLONG: N_("The file name “{name}” is too long. Choose a shorter one."),
}
_OTHER = N_("“{name}” could not be written: {reason}")


@contextmanager
def write_safely(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes replace the file only when the block ends well; AppError where the disk refuses."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _allow_as_usual(temporary, path)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise said(error, path) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def said(error: OSError, path: Path) -> AppError:
    """The sentence for what the disk refused."""
    sentence = _SENTENCES.get(error.errno or 0)
    if sentence is None:
        return AppError(_OTHER, name=path.name, reason=error.strerror or str(error))
    return AppError(sentence, name=path.name)


def _allow_as_usual(temporary: Path, path: Path) -> None:
    """The rights of the file that is replaced, else those of a new file (a temporary one is private)."""
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
    elif os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)


def sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system has a way to ask for it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
