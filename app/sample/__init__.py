"""The sample site (样例站点): invented, loaded from its CSV files by the importer, with a history that looks alive.

All dates are shifted so that the as-of day of the files becomes today; the ids are made alike everywhere.
"""

from app.sample.load import AS_OF, SAMPLE_ACCOUNTS, SAMPLE_PASSWORD, load, sample_id
from app.sample.remove import remove

__all__ = ["AS_OF", "SAMPLE_ACCOUNTS", "SAMPLE_PASSWORD", "load", "remove", "sample_id"]
