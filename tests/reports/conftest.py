"""The reports of the sample site, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sample_lists import history, low_stock, matrix, record, register
from sample_rounds import blank, inspection
from sample_rows import make_issue

from app.reports.document import Issue, Report
from app.words import speaking

MAKERS: dict[str, Callable[[], Report]] = {
    "inspection": inspection,
    "blank": blank,
    "low_stock": low_stock,
    "register": register,
    "history": history,
    "matrix": matrix,
    "record": record,
}


@pytest.fixture(params=["zh_CN", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both languages, one after the other."""
    with speaking(request.param):
        yield request.param


@pytest.fixture(params=sorted(MAKERS))
def maker(request: pytest.FixtureRequest) -> Callable[[], Report]:
    """Each report of the sample site; called inside a language."""
    return MAKERS[request.param]


@pytest.fixture
def makers() -> dict[str, Callable[[], Report]]:
    return MAKERS


@pytest.fixture
def issue() -> Callable[[str], Issue]:
    return make_issue
