"""What goes to a label printer, read back as such a printer would: commands, dots, and the codes in them."""

import re
import socket
import threading

import pytest
from paper import scanned
from PIL import Image

from app.errors import AppError
from app.labels.face import Label
from app.labels.layouts import HEADS, LAYOUTS
from app.labels.payload import Kind, Payload, decode
from app.labels.raw import raw_labels, send

ROLLS = [code for code, layout in LAYOUTS.items() if layout.dpi]
LONG = Label(
    Kind.PT, "HVAC-015", "循环水泵机械密封（进口件，氟橡胶，耐高温）" * 2, "Mechanical seal", "DC1-WH-A01"
)
SHORT = Label(Kind.BN, "A-01", "货位", "", "DC1")


def tspl(raw: bytes) -> list[tuple[Image.Image, int, bytes]]:
    """The labels of a TSPL job: dots, copies, and the commands before the dots. A 0 bit is a dot."""
    found = []
    while raw:
        head = re.match(rb"(SIZE .*?CLS\r\n)BITMAP 0,0,(\d+),(\d+),0,", raw, re.DOTALL)
        assert head
        wide, high = int(head[2]), int(head[3])
        start = head.end()
        picture = Image.frombytes("1", (wide * 8, high), raw[start : start + wide * high])
        tail = re.match(rb"\r\nPRINT 1,(\d+)\r\n", raw[start + wide * high :])
        assert tail
        found.append((picture, int(tail[1]), head[1]))
        raw = raw[start + wide * high + tail.end() :]
    return found


def zpl(raw: bytes) -> list[tuple[Image.Image, int, bytes]]:
    """The labels of a ZPL job; a 1 bit is a dot."""
    form = rb"\^XA(\^PW\d+\^LL\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),([0-9A-F]+)\^FS\^PQ(\d+)\^XZ\n"
    assert re.fullmatch(rb"(?:" + form + rb")+", raw)
    found = []
    for head, size, again, wide, dots, copies in re.findall(form, raw):
        bits = bytes(byte ^ 0xFF for byte in bytes.fromhex(dots.decode()))
        assert len(bits) == int(size) == int(again)
        picture = Image.frombytes("1", (int(wide) * 8, len(bits) // int(wide)), bits)
        found.append((picture, int(copies), head))
    return found


READ = {"tspl": tspl, "zpl": zpl}


@pytest.mark.parametrize("tongue", READ)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("code", ROLLS)
def test_what_the_printer_gets_is_read_by_a_scanner(code, head, tongue):
    layout = LAYOUTS[code].with_head(head)
    pages = READ[tongue](raw_labels([LONG, SHORT], layout, tongue, copies=[2, 1]))
    assert [copies for _, copies, _ in pages] == [2, 1]
    for label, (picture, _, _) in zip((LONG, SHORT), pages, strict=True):
        assert decode(scanned(picture.convert("L"))) == Payload(label.kind, label.code)
        assert picture.width - layout.width / 25.4 * layout.dpi < 9


def test_the_size_and_the_gap_are_said():
    (page,) = tspl(raw_labels([SHORT], LAYOUTS["roll60x40"], "tspl", gap_mm=3))
    assert page[2].startswith(b"SIZE 60 mm,40 mm\r\nGAP 3 mm,0 mm\r\n")
    (page,) = zpl(raw_labels([SHORT], LAYOUTS["roll60x40"].with_head("300"), "zpl"))
    assert page[2] == b"^PW709^LL472"


def test_a_shift_moves_every_dot():
    plain = tspl(raw_labels([SHORT], LAYOUTS["roll50x30"], "tspl"))[0][0]
    moved = tspl(raw_labels([SHORT], LAYOUTS["roll50x30"], "tspl", offset_mm=(1, 0.5)))[0][0]
    first = plain.convert("L").point(lambda v: 255 - v).getbbox()
    then = moved.convert("L").point(lambda v: 255 - v).getbbox()
    assert (then[0] - first[0], then[1] - first[1]) == (8, 4)


def test_a_sheet_or_another_language_is_refused():
    with pytest.raises(AppError):
        raw_labels([SHORT], LAYOUTS["L7160"], "tspl")
    with pytest.raises(AppError, match="epl"):
        raw_labels([SHORT], LAYOUTS["roll50x30"], "epl")


def test_a_printer_in_the_network_gets_it_all():
    with socket.create_server(("127.0.0.1", 0)) as server:
        got = bytearray()

        def take() -> None:
            line, _ = server.accept()
            with line:
                while part := line.recv(65536):
                    got.extend(part)

        printer = threading.Thread(target=take)
        printer.start()
        raw = raw_labels([SHORT] * 50, LAYOUTS["roll100x70"], "tspl")
        send(raw, f"tcp://127.0.0.1:{server.getsockname()[1]}")
        printer.join(10)
    assert bytes(got) == raw


def test_a_printer_that_does_not_answer_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(AppError, match=f"127.0.0.1:{port}"):
        send(b"x", f"tcp://127.0.0.1:{port}")
    for target in ("http://127.0.0.1", "tcp://", "tcp://a:b", "tcp://127.0.0.1:999999"):
        with pytest.raises(AppError, match="9100"):
            send(b"x", target)
    with pytest.raises(AppError, match="lp0"):
        send(b"x", str(tmp_path / "nowhere" / "lp0"))
    send(b"to a file", str(tmp_path / "标签.prn"))
    assert (tmp_path / "标签.prn").read_bytes() == b"to a file"
