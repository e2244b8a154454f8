"""Documents are kept by their content, are opened only as what their bytes are, and leave a record by an op that can be undone."""

import os
import stat
from pathlib import Path

import pytest
from machines import as_role, small

from app import documents
from app.access import Denied
from app.documents import attach_document, detach, documents_of, kind_of, opened_copy, save_copy
from app.errors import AppError, Refused
from app.words import speaking

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def _english():
    with speaking("en"):
        yield


@pytest.fixture
def site(desk):
    return small(desk)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def kept(site) -> list[documents.Document]:
    with site.desk.read() as read:
        return documents_of(read, "equipment", site.server)


def test_a_document_is_listed_opened_read_only_and_saved_elsewhere(site, tmp_path):
    path = written(tmp_path / "UPS 说明书.pdf", PDF)
    attach_document(site.desk, path, "equipment", site.server)
    (found,) = kept(site)
    assert (found.name, found.size, found.mime, found.may_open) == (
        "UPS 说明书.pdf",
        len(PDF),
        "application/pdf",
        True,
    )
    for _turn in range(2):
        copy = opened_copy(site.desk.profile, found)
        assert copy.name == "UPS 说明书.pdf"
        assert copy.read_bytes() == PDF
    assert not copy.stat().st_mode & (stat.S_IWUSR | stat.S_IXUSR)
    save_copy(site.desk.profile, found, tmp_path / "else.pdf")
    assert (tmp_path / "else.pdf").read_bytes() == PDF
    with pytest.raises(AppError, match="among the documents"):
        attach_document(site.desk, path, "equipment", site.server)


@pytest.mark.parametrize(
    ("name", "content", "mime", "opened"),
    [
        ("setup.pdf.exe", b"MZ" + bytes(100), documents.OTHER, None),
        ("手册.exe", PDF, "application/pdf", "手册.pdf"),
        ("run.sh", b"#!/bin/sh\nrm -rf /\n", documents.OTHER, None),
        ("page.html", b"<script>alert(1)</script>", documents.OTHER, None),
        ("drawing.svg", b"<svg onload='x'/>", documents.OTHER, None),
        ("macro.docm", b"PK\x03\x04" + bytes(30), documents.OTHER, None),
        ("../../evil.txt", "温度 21\n".encode(), "text/plain", "evil.txt"),
        ("表.csv", "温度,21\n".encode("gb18030"), "text/csv", "表.csv"),
        ("notes.txt", b"\0\1\2", documents.OTHER, None),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png", "a.png"),
        ("a:b|c?.jpg", b"\xff\xd8\xff\xe0", "image/jpeg", "a_b_c.jpg"),
    ],
)  # fmt: skip
def test_a_file_is_opened_as_what_its_bytes_are_or_not_at_all(site, name, content, mime, opened):
    assert kind_of(content, name)[0] == mime
    path = written(site.desk.profile.folder / "x.bin", content)
    attach_document(site.desk, path, "equipment", site.server, caption=name)
    (found,) = kept(site)
    shown = documents.Document(found.id, found.sha256, name, found.size, found.mime, 0, "")
    if opened is None:
        with pytest.raises(AppError, match="not opened"):
            opened_copy(site.desk.profile, shown)
    else:
        copy = opened_copy(site.desk.profile, shown)
        assert copy.name == opened
        assert copy.is_relative_to(site.desk.profile.folder / "opened")


def test_empty_large_missing_and_foreign_files_are_refused_in_a_sentence(site, tmp_path, monkeypatch):
    for path in (tmp_path / "none.pdf", tmp_path, written(tmp_path / "empty.pdf", b"")):
        with pytest.raises(AppError):
            attach_document(site.desk, path, "equipment", site.server)
    monkeypatch.setattr(documents, "LARGEST_DOCUMENT", 10)
    with pytest.raises(AppError, match="larger than"):
        attach_document(site.desk, written(tmp_path / "a.pdf", PDF), "equipment", site.server)
    assert kept(site) == []


def test_a_document_is_removed_by_who_may_and_comes_back(site, tmp_path):
    attach_document(site.desk, written(tmp_path / "a.pdf", PDF), "equipment", site.server)
    (found,) = kept(site)
    with pytest.raises(Denied):
        detach(as_role(site.desk, "technician"), "equipment", found.id)
    with pytest.raises(Refused):
        detach(site.desk, "part", found.id)
    done = detach(site.desk, "equipment", found.id)
    assert kept(site) == []
    site.desk.undo(done.action_id)
    assert len(kept(site)) == 1


def test_opened_copies_go_after_a_day(site, tmp_path):
    attach_document(site.desk, written(tmp_path / "a.pdf", PDF), "equipment", site.server)
    (found,) = kept(site)
    old = opened_copy(site.desk.profile, found).parent
    os.utime(old, (0, 0))
    attach_document(site.desk, written(tmp_path / "b.txt", b"b"), "equipment", site.server)
    assert opened_copy(site.desk.profile, kept(site)[0]).read_bytes() == b"b"
    assert not old.exists()


def test_the_check_reports_a_file_that_was_changed_on_the_disk(site, tmp_path):
    from app.contents import path_of
    from app.health import check

    sha256 = attach_document(site.desk, written(tmp_path / "规程.pdf", PDF), "equipment", site.server)
    assert check(site.desk.profile) == []
    path_of(site.desk.profile, sha256).write_bytes(b"%PDF-1.7 changed")
    (said,) = check(site.desk.profile)
    assert "规程.pdf" in said
