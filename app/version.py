"""The version of the program."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("sitewright")
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "0.1.0"
