"""The import page on the sample site."""

import pytest

from ui.exchange import ImportPage
from ui.kit import theme
from ui.kit.tasks import Tasks

PARTS = """备件号,名称,规格,单位,供应商,站点,货位,安全库存,补货点,数量
HVAC-015,温湿度传感器,4-20mA,个,SUP-04,DC1,DC1-WH-A03,1,3,3
NEW-001,轴承,6204-2RS,个,新供应商有限公司,DC1,DC1-WH-A03,2,4,5
NEW-002,密封圈,DN50,个,SUP-04,DC1,DC1-WH-A03,1O,4,
NEW-003,,M8x30,个,SUP-04,DC1,DC1-WH-A03,1,2,
NEW-001,轴承,6204-2RS,个,SUP-04,DC1,DC1-WH-A03,2,4,
"""


@pytest.fixture
def parts_file(tmp_path):
    path = tmp_path / "备件.csv"
    path.write_text(PARTS, "gb18030")
    return path


@pytest.fixture
def page(qtbot, qapp, sample_desk):
    theme.apply(qapp, "light")
    tasks = Tasks()
    made = ImportPage(sample_desk, tasks)
    qtbot.addWidget(made)
    made.resize(1286, 716)
    made.show()
    yield made
    qtbot.waitUntil(tasks.idle)
    tasks.stop()
