"""A form with files is read alike wherever the network cuts it."""

import random

import pytest

from app.errors import AppError
from app.hub.pages.forms import Begun, Fields, Parts, boundary_of, safe_name

BODY = (
    b'--xyz\r\nContent-Disposition: form-data; name="proof"\r\n\r\nabc\r\n'
    b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a%22b.swb"\r\nContent-Type: x/y\r\n\r\n'
    b"\r\n--xy\r\n--xyZ\r\n\r\n--\r\n"
    b'\r\n--xyz\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--xyz--\r\n'
)  # fmt: skip


def read(*pieces: bytes) -> tuple[list[list], bool]:
    found: list[list] = []
    parts = Parts(b"xyz")
    for piece in pieces:
        for one in parts.feed(piece):
            if isinstance(one, Begun):
                found.append([one.name, one.file, b""])
            else:
                found[-1][2] += one
    return found, parts.whole


WHOLE = [["proof", None, b"abc"], ["file", 'a"b.swb', b"\r\n--xy\r\n--xyZ\r\n\r\n--\r\n"], ["file", "", b""]]


def test_cut_anywhere_it_reads_alike():
    assert read(BODY) == (WHOLE, True)
    for cut in range(len(BODY)):
        assert read(BODY[:cut], BODY[cut:]) == (WHOLE, True)
    dice = random.Random(1)
    for _turn in range(200):
        cuts = sorted(dice.sample(range(len(BODY)), 9))
        pieces = [BODY[a:b] for a, b in zip([0, *cuts], [*cuts, len(BODY)], strict=True)]
        assert read(*pieces) == (WHOLE, True)
    assert read(*(BODY[n : n + 1] for n in range(len(BODY)))) == (WHOLE, True)


def test_what_ends_too_early_is_not_whole():
    for cut in range(len(BODY) - 2):
        try:
            assert not read(BODY[:cut])[1]
        except AppError:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 10,
        b"--other\r\n",
        b"--xyz\r\n" + b"x" * 9000,
        b"--xyz\r\nContent-Disposition: form-data\r\n\r\n",
    ],
)
def test_nonsense_is_refused(body):
    with pytest.raises(AppError):
        read(body)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=a",
    ],
)
def test_only_a_form_with_files_is_one(kind):
    with pytest.raises(AppError):
        boundary_of(kind)


def test_names_of_files_are_names():
    for name, safe in (
        ("a.swb", "a.swb"), ("/etc/passwd", "passwd"), ("..\\..\\x.swb", "x.swb"), (".hidden", "hidden"), ("..", "file"), ("", "file"),
        ("a\r\nb.swb", "a__b.swb"), ("数据 包.swb", "数据 包.swb"), ("x" * 300 + ".swb", ("x" * 300 + ".swb")[-120:]), ("a:b|c", "a_b_c"),
    ):  # fmt: skip
        assert safe_name(name) == safe


def test_fields_are_read_strictly():
    fields = Fields.of(b"a=1&b=%E4%B8%AD&b=2&c=+x+")
    assert (fields.text("a"), fields.all("b"), fields.text("c"), fields.text("none")) == (
        "1",
        ["中", "2"],
        "x",
        "",
    )
    for bad in ("中".encode(), b"a=%FF", b"&".join(b"x=1" for _n in range(300))):
        with pytest.raises(AppError):
            Fields.of(bad)
    with pytest.raises(AppError):
        Fields.of(b"a=" + b"x" * 300).text("a")
