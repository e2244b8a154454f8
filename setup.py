"""Compiles the catalogues before the packages are built, so that a wheel carries the .mo files."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).resolve().parent))

from resources.i18n.compile import compile_all


class BuildWithWords(build_py):  # type: ignore[misc]  # setuptools is untyped
    def run(self) -> None:
        compile_all()
        super().run()


setup(cmdclass={"build_py": BuildWithWords})
