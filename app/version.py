"""The version of the program; pyproject.toml reads it from here, so that the start need not look through installed packages."""

VERSION = "0.1.0"
