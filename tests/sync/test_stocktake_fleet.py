"""Two laptops count one store offline, by scan and by paper: the hub makes one stock-take of it, and no movement is eaten."""

from dataclasses import replace

import msgspec
import pytest
from fleet import BIN, PART, SITE, Fleet, Laptop

from app.access import ROLES, Actor
from app.desk import Desk
from app.errors import Refused
from app.generic import create
from app.stocktake import counting
from app.stocktake.counting import Paper
from app.stocktake.lines import Line, Lines, lines_of
from app.stocktake.session import Session
from db.ids import made_id

KEY = (PART, BIN, "")
OTHER = made_id("fleet", "part", 2)
PEOPLE = {"ann": "storekeeper", "ben": "storekeeper", "eva": "supervisor"}


def desk_of(laptop: Laptop, name: str) -> Desk:
    """Somebody at a laptop."""
    role = next(spec for spec in ROLES if spec.code == PEOPLE[name])
    site = next(site for site in laptop.desk.sites() if site.id == SITE)
    actor = Actor(made_id("fleet", name), name, role.permissions, (role.code,))
    return replace(laptop.desk, actor=actor, site=site)


def lines(laptop: Laptop, count: bytes) -> Lines:
    with laptop.desk.read() as read:
        return lines_of(read, count)


def line(laptop: Laptop, count: bytes) -> Line:
    return next(row for row in lines(laptop, count).rows if row.part_id == PART)


def on_hand(laptop: Laptop, part: bytes = PART) -> int:
    return laptop.value("SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE part_id = ?", part) // 1000


def sync(fleet: Fleet) -> None:
    """Everybody hears of everything."""
    for _round in range(2):
        for laptop in fleet:
            laptop.sync()


@pytest.fixture
def stocked(fleet: Fleet) -> Fleet:
    """Twenty pieces of P1 and five of P2; the people have their accounts."""
    a = fleet.laptops["a"]
    a.desk.perform(
        create("part", OTHER, part_no="P2", name="滤网", unit="个", kind="spare", serialised=0, batch_tracked=0, status="active"),
        *(
            create("user_account", made_id("fleet", name), username=name, roles=f'["{role}"]', active=1, must_change_password=0)
            for name, role in PEOPLE.items()
        ),
    )  # fmt: skip
    a.desk.perform(a.moved("opening", 20))
    a.desk.perform(replace_part(a.moved("opening", 5)))
    sync(fleet)
    return fleet


def replace_part(move):
    return msgspec.structs.replace(move, part=OTHER)


@pytest.fixture
def begun(stocked: Fleet) -> tuple[Laptop, Laptop, bytes]:
    """A stock-take that both laptops know; from here on they are offline."""
    a, b = stocked.laptops["a"], stocked.laptops["b"]
    count = counting.open_count(desk_of(a, "ann"), "full", blind=True)[0]
    sync(stocked)
    return a, b, count


def scan(laptop: Laptop, name: str, count: bytes, part: str, pieces: int) -> None:
    """Bin, part, quantity at the scan station."""
    session = Session(desk_of(laptop, name), count)
    assert session.take("B1").kind == "bin"
    assert session.take(part).kind == "part"
    session.enter(pieces * 1000)


def approve(laptop: Laptop, count: bytes) -> None:
    keeper = desk_of(laptop, "ann")
    counting.close_count(keeper, count, "yes")
    if different := lines(laptop, count).different:
        counting.explain(keeper, count, different, "lost")
    counting.approve_count(desk_of(laptop, "eva"), count, "yes")


def test_two_laptops_share_the_lines_of_one_count(stocked, begun):
    a, b, count = begun
    scan(a, "ann", count, "P1", 19)
    scan(b, "ben", count, "P2", 5)
    sync(stocked)
    for laptop in stocked:
        found = lines(laptop, count)
        assert [(row.part_no, row.counted, row.state) for row in found.rows] == [
            ("P1", 19_000, "loss"), ("P2", 5000, "agrees"),
        ]  # fmt: skip
    approve(b, count)
    sync(stocked)
    assert {on_hand(laptop) for laptop in stocked} == {19}
    assert {on_hand(laptop, OTHER) for laptop in stocked} == {5}


def test_two_counts_of_one_line_ask_for_a_choice_everywhere(stocked, begun):
    a, b, count = begun
    scan(a, "ann", count, "P1", 19)
    scan(b, "ben", count, "P1", 18)
    sync(stocked)
    assert [line(laptop, count).state for laptop in stocked] == ["twice", "twice"]
    keeper = desk_of(b, "ben")
    counting.close_count(keeper, count, "yes")
    with pytest.raises(Refused) as refused:
        counting.approve_count(desk_of(b, "eva"), count)
    assert "count.twice" in {found.code for found in refused.value.objections}
    both = line(b, count)
    counting.choose(keeper, count, both, next(made.id for made in both.counts if made.counted == 18_000))
    counting.explain(keeper, count, [line(b, count)], "lost")
    counting.approve_count(desk_of(b, "eva"), count, "yes")
    sync(stocked)
    assert {on_hand(laptop) for laptop in stocked} == {18}
    assert [line(laptop, count).state for laptop in stocked] == ["loss", "loss"]


def test_the_same_count_twice_needs_no_choice(stocked, begun):
    a, b, count = begun
    scan(a, "ann", count, "P1", 20)
    scan(b, "ben", count, "P1", 20)
    sync(stocked)
    assert [line(laptop, count).state for laptop in stocked] == ["agrees", "agrees"]


def test_what_another_laptop_issued_unseen_is_not_eaten(stocked, begun):
    a, b, count = begun
    b.desk.perform(b.moved("issue", 3))  # before the count, but a does not know: 17 lie there, 16 were found
    scan(a, "ann", count, "P1", 16)
    b.desk.perform(b.moved("issue", 2))  # after the count
    sync(stocked)
    found = line(a, count)
    assert (found.difference, found.moved) == (-4000, True), "the recount is asked for"
    scan_again(a, count, 14)
    found = line(a, count)
    assert (found.difference, found.moved) == (-1000, False)
    approve(a, count)
    sync(stocked)
    assert {on_hand(laptop) for laptop in stocked} == {14}


def scan_again(laptop: Laptop, count: bytes, pieces: int) -> None:
    counting.count_line(desk_of(laptop, "ann"), count, KEY, pieces * 1000, how="replace")


def test_an_issue_after_the_count_stays_with_the_difference(stocked, begun):
    a, b, count = begun
    scan(a, "ann", count, "P1", 19)
    a.sync()
    b.desk.perform(b.moved("issue", 4))
    sync(stocked)
    assert line(a, count).moved
    approve(a, count)
    sync(stocked)
    assert {on_hand(laptop) for laptop in stocked} == {20 - 4 - 1}


def test_two_approvals_of_one_count_book_once(stocked, begun):
    a, b, count = begun
    scan(a, "ann", count, "P1", 19)
    counting.close_count(desk_of(a, "ann"), count, "yes")
    counting.explain(desk_of(a, "ann"), count, lines(a, count).different, "lost")
    sync(stocked)
    counting.approve_count(desk_of(a, "eva"), count, "yes")
    counting.approve_count(desk_of(b, "eva"), count, "yes")
    sync(stocked)
    assert {on_hand(laptop) for laptop in stocked} == {19}
    assert {
        laptop.value("SELECT count(*) FROM stock_movement WHERE type = 'adjust_loss'") for laptop in stocked
    } == {1}


def test_a_sheet_typed_in_at_one_laptop_keeps_its_time_at_the_other(stocked, begun):
    a, b, count = begun
    then = a.desk.now()
    b.desk.perform(b.moved("issue", 5))  # later than the paper
    sync(stocked)
    counting.count_line(desk_of(b, "ben"), count, KEY, 20_000, paper=Paper(then, "cai"))
    sync(stocked)
    found = line(a, count).last
    assert (found.at, found.entry, found.paper_name, found.seen) == (then, "paper", "cai", 20_000)
    assert line(a, count).difference == 0
    approve(a, count)
    sync(stocked)
    assert {on_hand(laptop) for laptop in stocked} == {15}


@pytest.mark.parametrize("issued", [0, 5])
def test_one_sheet_typed_in_at_two_laptops_is_one_count_unless_their_books_differed(stocked, begun, issued):
    a, b, count = begun
    if issued:
        b.desk.perform(b.moved("issue", issued))  # before the paper, but a does not know
    paper = Paper(b.desk.now(), "cai")
    for laptop, name in ((a, "ann"), (b, "ben")):
        counting.count_line(desk_of(laptop, name), count, KEY, 15_000, paper=paper)
    sync(stocked)
    assert [line(laptop, count).twice for laptop in stocked] == [bool(issued)] * 2
