"""Ledger, purchase proposal and the storekeeper's first page."""

from dataclasses import replace

import pytest

from app.access import Permission
from app.inventory.booking import issue_part
from ui.inventory.ledger import LedgerPage
from ui.inventory.proposal import ProposalPage
from ui.inventory.today import StorePage
from ui.kit.tiles import Tile


def test_a_movement_is_reversed_in_the_ledger(*, shown, store, tasks, settled, id_of, figures):
    issue_part(store, id_of("part", "HVAC-015"), None, 1000, reason="test")
    page = shown(LedgerPage(store, tasks))
    settled()
    page.table.select([page.table.model.ids[0]])
    assert page._row.part_no == "HVAC-015"
    page.take_back(page._row.id, "wrong part")
    settled()
    assert figures("HVAC-015")[0] == 3000
    assert [page.table.model.row(n).state for n in range(2)] == ["reversal", "reversed"]
    page.filters.set_values({"type": "issue"})
    settled()
    rows = [page.table.model.row(n) for n in range(len(page.table.model.ids))]
    assert {row.type for row in rows} == {"issue"}
    assert rows[0].part_no == "HVAC-015"


def test_the_model_of_the_ledger_keeps_the_rules_of_qt(shown, store, tasks, settled, qtmodeltester):
    page = shown(LedgerPage(store, tasks))
    settled()
    assert len(page.table.model.ids) > 50
    qtmodeltester.check(page.table.model)


def test_the_proposal_is_grouped_by_supplier(shown, sample_desk, tasks, settled):
    page = shown(ProposalPage(sample_desk, tasks))
    wanted = []
    page.report_requested.connect(lambda name, more: wanted.append((name, more["form"])))
    settled()
    assert len(page.rows) == 10
    assert page._column.count() == 9
    page.print_page()
    page._report("xlsx")
    assert wanted == [("buy-list", "pdf"), ("buy-list", "xlsx")]


@pytest.mark.parametrize("part", ["HVAC-015"])
def test_a_new_warning_stands_on_the_first_page_at_once(*, shown, store, tasks, settled, id_of, part):
    page = shown(StorePage(store, tasks))
    settled()
    assert part not in {row.part_no for row in page._warnings}
    before = len(page._warnings)
    done = issue_part(store, id_of("part", part), None, 1000, reason="test")
    page.refresh(set(done.topics))
    settled()
    assert part in {row.part_no for row in page._warnings}
    assert len(page._warnings) == before + 1
    assert page._movements[0].part_no == part


def test_tiles_and_rows_lead_on(shown, store, tasks, settled, id_of):
    page = shown(StorePage(store, tasks))
    settled()
    asked = []
    page.list_wanted.connect(asked.append)
    page.part_wanted.connect(asked.append)
    tiles = page.findChildren(Tile)
    assert len(tiles) == 4
    tiles[-1].clicked.emit()
    page.warnings.opened.emit(page._warnings[0].n)
    assert page.on_scan("HVAC-015")
    assert not page.on_scan("nothing")
    assert asked == [{"page": "proposal"}, page._warnings[0].part_id, id_of("part", "HVAC-015")]


def test_a_reader_gets_no_station(shown, store, tasks, settled):
    reader = replace(store, actor=replace(store.actor, permissions=frozenset({Permission.SEE_STOCK})))
    page = shown(StorePage(reader, tasks))
    settled()
    assert page._primary is None
