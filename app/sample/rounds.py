"""The sample's rounds of the last days: answered, handed in, and mostly reviewed."""

import random
from collections.abc import Iterator
from functools import cache, partial
from importlib.resources import as_file, files

from app.inspections import ops
from app.inspections.actions import approve_round, return_round, sealed
from app.inspections.planned import Planned, planned
from app.inspections.queries import result_of
from app.inspections.rules import FAIL, Item, judge
from app.photos import Attach, Photo, keep, read_photo
from app.sample.people import desk_of
from app.sample.site import Event, Site, rows_of, sample_id
from app.tx import Reader
from app.values import parse_quantity

_MINUTE = 60_000
Given = dict[tuple[str, str, str], tuple[str, str]]


def round_events(site: Site) -> Iterator[Event]:
    """Every round as it is done, and as the supervisor looks at it."""
    given: Given = {
        (a["plan_code"], a["days_ago"], a["item_code"]): (a["value"], a["remark_zh"])
        for a in rows_of("inspection_answers")
    }
    for row in rows_of("inspection_rounds"):
        at = site.instant(int(row["days_ago"]), row["time"])
        if at >= site.now:
            continue
        yield at, partial(_do, site, row, given, at)
        if row["outcome"] != "submitted":
            seen = at + 95 * _MINUTE if row["outcome"] == "returned" else at + 7 * 60 * _MINUTE
            yield min(seen, site.now), partial(_review, site, row, at)


def _found(read: Reader, row: dict[str, str], at: int) -> Planned:
    """The round of the plan that was open at a moment."""
    plan = sample_id("inspection_plan", row["plan_code"])
    return next(p for p in planned(read, at, at + 1, plan))


def _do(site: Site, row: dict[str, str], given: Given, at: int) -> None:
    """Start, answer every item, hand in."""
    desk = desk_of(site, row["username"])
    with desk.read() as read:
        round_ = _found(read, row, at).round
        columns = [c[1] for c in read.rows("PRAGMA table_info(inspection_item)")]
        rows = read.rows(
            "SELECT * FROM inspection_item WHERE template_id = ? AND deleted = 0 ORDER BY seq",
            round_.template_id,
        )
        items = [Item.of(dict(zip(columns, found, strict=True))) for found in rows]
    dice = random.Random(f"{row['plan_code']}{row['days_ago']}")  # noqa: S311 - the same history for everybody, no secret
    answers = [
        _answer(
            round_, item, given.get((row["plan_code"], row["days_ago"], item.code)), dice, at + n * _MINUTE
        )
        for n, item in enumerate(items)
    ]
    photos = [
        _photo(site, round_, item)
        for item, a in zip(items, answers, strict=True)
        if a and item.photo_required
    ]
    desk.perform(ops.Start(round_, at), *photos, *(a for a in answers if a))
    done = min(at + (len(items) + 3) * _MINUTE, site.now)
    site.go_to(done)
    with desk.read() as read:
        latest, seal = sealed(read, round_.id)
        result = result_of(read, round_.id)
    desk.perform(ops.Submit(round_.id, done, tuple(latest), seal, result))


def _answer(
    round_: ops.Round, item: Item, given: tuple[str, str] | None, dice: random.Random, at: int
) -> ops.Answer | None:
    text, remark = given or (_usual(item, dice), "")
    if not text:
        return None
    number = parse_quantity(text) if item.is_number else None
    state = judge(item, number if item.is_number else text) or "ok"
    return ops.Answer(
        task_id=round_.id, item_id=item.id, site_id=round_.site_id, state=state, measured_at=at, equipment_id=item.equipment_id,
        value_num=number, value_text=None if item.is_number else text, unit=item.unit or None, limit_low=item.limit_low,
        limit_high=item.limit_high, remark=remark or ("-" if state == FAIL else None),
        photos=(_pictures()[item.seq % 3].sha256.hex(),) if item.photo_required else (),
    )  # fmt: skip


@cache
def _pictures() -> tuple[Photo, ...]:
    """The sample's photos, drawn for it."""
    folder = files("resources") / "sample" / "photos"
    found = []
    for name in ("rack", "panel", "corridor"):
        with as_file(folder / f"{name}.jpg") as path:
            found.append(read_photo(path))
    return tuple(found)


def _photo(site: Site, round_: ops.Round, item: Item) -> Attach:
    """The photo that an item demands."""
    photo = _pictures()[item.seq % 3]
    keep(site.profile, photo)
    return Attach(
        owner_table=ops.TASK, owner_id=round_.id, kind="photo", sha256=photo.sha256, size=len(photo.jpeg), mime="image/jpeg",
        site_id=round_.site_id, item_id=item.id, original_name=photo.name, thumbnail=photo.thumbnail,
    )  # fmt: skip


def _usual(item: Item, dice: random.Random) -> str:
    """An ordinary answer: well inside the limits, the first option that does not fail."""
    if item.is_number:
        low, high = item.limit_low, item.limit_high
        if high is None:
            return str(round((low or 0) / 1000 * dice.uniform(1.05, 1.2) + (low is None), 1))
        base = low if low is not None else int(high * 0.45)
        return f"{(base + (high - base) * dice.uniform(0.35, 0.6)) / 1000:.{1 if high < 100_000 else 0}f}"
    if item.value_type in ("choice", "bool"):
        return next((o for o in item.options if o not in item.fail_options), "")
    return ""


def _review(site: Site, row: dict[str, str], at: int) -> None:
    desk = desk_of(site, row["reviewed_by"])
    with desk.read() as read:
        round_id = _found(read, row, at).round.id
    if row["outcome"] == "returned":
        return_round(desk, round_id, row["remark_zh"])
    else:
        approve_round(desk, round_id)
