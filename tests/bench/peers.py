"""The peers of the bench: other people's programs, which run in .venv-bench in processes of their own."""

import json
import os
import subprocess
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
_BIN = HERE.parent.parent / ".venv-bench" / ("Scripts" if os.name == "nt" else "bin")
PYTHON = _BIN / ("python.exe" if os.name == "nt" else "python")


class Peer:
    """A program beside this one that does what it is told line by line and answers each line with one."""

    def __init__(self, script: str, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [PYTHON, HERE / script, *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, *words: object) -> float:
        """Seconds that the peer says it took."""
        assert self._process.stdin
        assert self._process.stdout
        tell: IO[str] = self._process.stdin
        tell.write(json.dumps(words) + "\n")
        tell.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)
