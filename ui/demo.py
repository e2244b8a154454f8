"""`sitewright demo`: plays the main story without a display and leaves its PDFs, workbooks and pictures in a folder."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.access import Permission
from app.cli.parser import OK, REFUSED
from app.clock import Clock
from app.desk import Desk
from app.words import N_, _
from ui.story import Story
from ui.two_laptops import Album

AS_OF = 1_795_318_860_000
KINDS = {"alert": N_("Alert"), "fault": N_("Fault"), "work_order": N_("Work order")}
#: What a stranger's file looks like: his own headings, a bad number, a missing name, the same number twice.
STRANGER = """物料编码;物料名称;型号规格;单位;分类;最低库存;备注
DEMO-101;循环泵机械密封;BIA 32;套;暖通;2;
DEMO-102;变频器散热风扇;120x38;个;供配电;三个;数量写成了汉字
DEMO-103;;M8x40;包;耗材;10;没有名称
DEMO-101;循环泵机械密封;BIA 32;套;暖通;2;与第 2 行重复
DEMO-104;门禁读头;13.56 MHz;个;弱电;1;
"""


def play(to: Path, lang: str | None) -> int:
    """Play the story; returns the exit code."""
    to.mkdir(parents=True, exist_ok=True)
    with _stage(to, lang) as (story, album):
        task = _technician(story)
        _storekeeper(story, task)
        _supervisor(story, to, task)
        _labels(story, to)
        _stranger(story, to)
        _two_laptops(story, album, lang)
        return _proof(story, to)


def say(text: str) -> None:
    """One line of the play."""
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


@contextmanager
def _stage(to: Path, lang: str | None) -> Iterator[tuple[Story, Album]]:
    from PySide6.QtWidgets import QApplication, QWidget

    from app.bootstrap import found
    from app.sample import load
    from app.settings import Settings
    from ui.program import Program

    qt = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(qt, QApplication):
        raise TypeError("a QCoreApplication is running already")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = found(Path(folder) / "sample", clock=_clock(), sample=True, device="T01")
        load(profile)
        program = Program(profile, Settings(profile.folder), qt)
        program.start(lang, tick_after=0)
        count = 0

        def take(window: QWidget, name: str) -> None:
            nonlocal count
            count += 1
            window.grab().save(str(to / f"{count:02d}-{name}.png"))

        def picture(name: str) -> None:
            if (window := program.window or program.door) is not None:
                take(window, name)

        yield Story(program, say=say, picture=picture), take
        program.stop()


def _clock() -> Clock:
    """The clock of both laptops: it goes on from the as-of time of the sample."""
    began = Clock.mono()
    return Clock(lambda: AS_OF + Clock.mono() - began)


def _technician(story: Story) -> bytes:
    story.settle()
    story.picture("sign-in")
    story.sign_in("tech", pin="7391")
    story.open("today", "today-technician")
    page = story.begin_round()
    with tempfile.TemporaryDirectory() as folder:
        story.answer_all(page, _photo(Path(folder)))
    task = story.submit(page)
    for found in story.raised(task):
        level = _("level {level}").format(level=found.level) if found.level else found.number
        say(_("A deviation became work: {kind} {what}").format(kind=_(KINDS[found.kind]), what=level))
    story.open("work", "work")
    return task


def _photo(folder: Path) -> Path:
    """A photo from a file, as a camera leaves it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1600, 1200), "#5A6872")
    draw = ImageDraw.Draw(picture)
    for row in range(12):
        draw.rectangle((200, 120 + row * 80, 1400, 180 + row * 80), fill="#1E2B33")
        draw.ellipse((1300, 140 + row * 80, 1330, 170 + row * 80), fill="#56BF80" if row % 4 else "#F2766C")
    path = folder / "IMG_0001.jpg"
    picture.save(path, quality=88)
    return path


def _value(story: Story, sql: str, *params: object) -> str:
    with story.program.profile.store.read() as read:
        return str(read.value(sql, *params))


def _storekeeper(story: Story, task: bytes) -> None:
    order = _value(
        story, "SELECT w.code FROM work_order w JOIN fault f ON f.id = w.fault_id WHERE f.task_id = ?", task
    )
    story.switch_to("store")
    story.open("today", "today-storekeeper")
    story.issue("HVAC-015", order, "1")
    story.leave()
    story.open("today", "today-storekeeper-warned")
    story.open("spares", "spares").open("proposal")
    story.settle()
    story.picture("purchase-proposal")


def _supervisor(story: Story, to: Path, task: bytes) -> None:
    from app.reports.catalogue import make

    story.switch_to("super")
    story.open("today", "today-supervisor")
    story.approve(task)
    story.open("training", "training-matrix")
    story.open("equipment", "equipment")
    desk = _desk(story)
    code = _value(story, "SELECT code FROM inspection_task WHERE id = ?", task)
    for name, parameters in (
        ("inspection", {"round": code}),
        ("low-stock", {}),
        ("equipment-register", {}),
        ("training-matrix", {}),
    ):
        for suffix in ("pdf", "xlsx"):
            make(desk, name, parameters, to / f"{name}.{suffix}")
        say(_("Printed: {name}").format(name=f"{name}.pdf, {name}.xlsx"))


def _desk(story: Story) -> Desk:
    if story.program.desk is None:
        raise RuntimeError("nobody is signed in")
    return story.program.desk


def _labels(story: Story, to: Path) -> None:
    from app.labels.jobs import labels_of, print_labels

    desk = _desk(story)
    for table in ("part", "equipment", "location"):
        print_labels(desk, labels_of(desk, table), "L7160", to / f"labels-{table}.pdf")
        say(_("Labels: {name}").format(name=f"labels-{table}.pdf"))


def _stranger(story: Story, to: Path) -> None:
    from app.exchange.commit import commit
    from app.exchange.dryrun import dry_run
    from app.exchange.mapping import guess
    from app.exchange.read import read_table
    from app.exchange.targets import targets

    path = to / "stranger.csv"
    path.write_text(STRANGER, encoding="gb18030")
    desk = Desk.of_administrator(story.program.profile)
    sheet = read_table(path)
    guessed = guess(targets()["part"], sheet.header)
    # What the headings do not say, a person says once.
    mapping = msgspec.structs.replace(
        guessed,
        sources=guessed.sources | {"name": ("物料名称",)},
        constants=guessed.constants | {"policy.site_id": "DC1"},
    )
    plan = dry_run(desk, sheet, mapping)
    for problem in plan.problems:
        say(
            _("row {row}, {column}: {said}").format(
                row=problem.row, column=problem.column or "-", said=problem.said
            )
        )
    made = commit(desk, plan, only_good=True)
    say(_("Brought in: {new} new, {changed} changed, {same} the same, {left} left out.").format(
        new=made.new, changed=made.changed, same=made.same, left=made.left_out
    ))  # fmt: skip
    if made.action_id and desk.may(Permission.IMPORT):
        desk.undo(made.action_id)
        say(_("And taken back in one step."))


def _two_laptops(story: Story, album: Album, lang: str | None) -> None:
    from ui.two_laptops import TwoLaptops

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        laptops = TwoLaptops(story, Path(folder), _photo(Path(folder)), album)
        try:
            laptops.play(lang)
        finally:
            laptops.stop()


def _proof(story: Story, to: Path) -> int:
    from app.health import check

    faults = check(story.program.profile)
    for fault in faults or [_("The site file is in order.")]:
        say(fault)
    say(_("Everything lies in {folder}.").format(folder=to))
    return REFUSED if faults else OK
