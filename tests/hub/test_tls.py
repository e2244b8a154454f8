"""The hub's own TLS: made at the first start, believed by those who were invited, renewed without anybody's help."""

import datetime as dt
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from service import ROOT, Service, command
from tls_end import NOW, answering, authority, shown

from app.bootstrap import found, start
from app.errors import AppError
from app.hub.tls import DAY, Certificates, authority_at, names_of
from app.sync.client import sync_once
from app.sync.joining import Invitation, join, read_invitation
from app.sync.transport import Frame, Http, Lost, fetch_authority
from app.sync.trust import mark_of

FRAME = Frame(b"body", bytes(64), bytes(16))


def asked_of(address: str, pinned: str | None) -> Frame:
    way = Http(address, pinned)
    try:
        return way.send("pull", FRAME)
    finally:
        way.close()


# --- the authority ---


def test_the_authority_is_made_once_and_its_key_is_private(tmp_path):
    first, again = authority(tmp_path), authority(tmp_path)
    assert first.mark == again.mark == mark_of(first.pem)
    assert (tmp_path / "hub.db.ca.key").stat().st_mode & 0o777 == 0o600
    assert first.mark != authority(tmp_path / "other").mark


@pytest.mark.parametrize("broken", ["hub.db.ca.key", "hub.db.ca.pem"])
@pytest.mark.parametrize("how", ["lost", "cut", "foreign"])
def test_broken_files_of_the_authority_get_a_sentence(tmp_path, broken, how):
    authority(tmp_path)
    authority(tmp_path / "foreign")
    path = tmp_path / broken
    if how == "lost":
        path.unlink()
    else:
        path.write_bytes(
            (tmp_path / "foreign" / broken).read_bytes() if how == "foreign" else path.read_bytes()[:40]
        )
    with pytest.raises(AppError, match="cannot be read"):
        authority_at(tmp_path / "hub.db", NOW)


def test_the_certificate_names_everything_by_which_laptops_come():
    names = names_of(
        "10.1.2.3", ["https://hub.example:8437", "https://中心.example", "nonsense", "https://[fd00::7]:1"]
    )
    assert {"localhost", "127.0.0.1", "10.1.2.3", "hub.example", "fd00::7", "中心.example"} <= set(names)
    assert "0.0.0.0" not in names_of("0.0.0.0", [])


def test_a_certificate_is_renewed_in_time_and_for_a_new_name(tmp_path):
    made = Certificates(authority(tmp_path), ["localhost"])
    assert made.refresh(NOW)
    assert not made.refresh(NOW + 240 * DAY)
    assert made.refresh(NOW + 246 * DAY)
    assert not made.refresh(NOW + 247 * DAY, ["localhost"])
    assert made.refresh(NOW + 247 * DAY, ["hub.example"])
    assert made.names == ["hub.example", "localhost"]


def test_a_renewed_certificate_is_shown_to_laptops_without_a_restart(tmp_path):
    """The old one has run out; the same listening end shows the new one, and the laptop's pin still holds."""
    own = authority(tmp_path, NOW - 800 * DAY)
    made = Certificates(own, ["localhost", "127.0.0.1"])
    made.refresh(NOW - 500 * DAY)
    with answering(made.context) as (port, asked):
        with pytest.raises(Lost, match="run out"):
            asked_of(f"https://127.0.0.1:{port}", own.pem)
        assert asked == []
        assert made.refresh(NOW)
        assert asked_of(f"https://127.0.0.1:{port}", own.pem).body == b"ok"


def test_the_certificate_satisfies_the_strict_rules(tmp_path):
    own = authority(tmp_path)
    issued = own.issue(["localhost"], NOW)
    leaf = x509.load_pem_x509_certificates(issued.chain)[0]
    leaf.verify_directly_issued_by(own.certificate)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < dt.timedelta(days=398)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


# --- who is refused (trust.md, H12) ---


def test_the_pinned_authority_is_believed(tmp_path):
    own = authority(tmp_path)
    with answering(shown(own)) as (port, _asked):
        assert asked_of(f"https://localhost:{port}", own.pem).body == b"ok"


def refused(tmp_path: Path, context: ssl.SSLContext | None, host: str = "127.0.0.1") -> str:
    """The sentence for what listens there, to a laptop that has pinned our hub's authority; it must have got nothing."""
    own = authority(tmp_path)
    with answering(context) as (port, asked), pytest.raises(Lost) as told:
        asked_of(f"https://{host}:{port}", own.pem)
    assert asked == []
    return str(told.value)


def test_another_authority_is_refused(tmp_path):
    assert "neither from our hub" in refused(tmp_path, shown(authority(tmp_path / "other")))


def test_a_certificate_for_another_host_is_refused(tmp_path):
    assert "for another name" in refused(tmp_path, shown(authority(tmp_path), ("hub.example",)))


def test_a_certificate_that_has_run_out_is_refused(tmp_path):
    assert "run out" in refused(tmp_path, shown(authority(tmp_path, NOW - 900 * DAY), now=NOW - 500 * DAY))


def test_a_certificate_of_tomorrow_is_refused(tmp_path):
    assert "clock is wrong" in refused(tmp_path, shown(authority(tmp_path), now=NOW + 30 * DAY))


def test_what_does_not_speak_tls_is_refused(tmp_path):
    assert "does not speak TLS" in refused(tmp_path, None)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_an_old_tls_is_refused(tmp_path):
    context = shown(authority(tmp_path))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert "TLS" in refused(tmp_path, context)


def test_without_a_pin_the_system_decides_and_refuses_our_authority(tmp_path):
    with (
        answering(shown(authority(tmp_path))) as (port, asked),
        pytest.raises(Lost, match="neither from our hub"),
    ):
        asked_of(f"https://127.0.0.1:{port}", None)
    assert asked == []


def test_a_hub_that_moves_to_the_companys_certificate_needs_no_visit(tmp_path, monkeypatch):
    own, company = authority(tmp_path), authority(tmp_path / "company")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company" / "hub.db.ca.pem"))
    with answering(shown(company)) as (port, _asked):
        assert asked_of(f"https://127.0.0.1:{port}", own.pem).body == b"ok"


def test_the_hub_itself_takes_no_old_tls(tmp_path):
    context = shown(authority(tmp_path))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_the_companys_files_are_read_anew_when_they_change(tmp_path):
    own = authority(tmp_path)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"

    def write() -> bytes:
        issued = own.issue(["localhost", "127.0.0.1"], NOW)
        chain.write_bytes(issued.chain)
        key.write_bytes(issued.key)
        return x509.load_pem_x509_certificates(issued.chain)[0].public_bytes(Encoding.DER)

    first = write()
    made = Certificates(company=(chain, key))
    assert made.refresh(NOW)
    assert not made.refresh(NOW)
    with answering(made.context) as (port, _asked):
        assert certificate_at(port) == first
        second = write()
        assert made.refresh(NOW)
        assert certificate_at(port) == second
    chain.write_text("nonsense")
    with pytest.raises(AppError, match="cannot be used"):
        made.refresh(NOW)


def certificate_at(port: int) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port)) as line,
        context.wrap_socket(line, server_hostname="localhost") as secret,
    ):
        return secret.getpeercert(binary_form=True) or b""


# --- the invitation ---


def test_an_invitation_carries_the_authority_and_the_old_form_is_still_read():
    new = Invitation("https://hub:1", "CODE", "A" * 16, "B" * 16)
    assert read_invitation(str(new)) == new
    assert read_invitation("http://hub:1#code." + "a" * 16) == Invitation("http://hub:1", "CODE", "A" * 16)


@pytest.mark.parametrize(
    "text", ["https://h#C." + "A" * 16 + ".B", "http://h#C." + "A" * 16 + "." + "B" * 16]
)
def test_half_a_fingerprint_and_one_without_tls_are_no_invitation(text):
    with pytest.raises(AppError, match="no invitation"):
        read_invitation(text)


@pytest.mark.parametrize(
    "pem",
    ["other", "nonsense", "-----BEGIN CERTIFICATE-----", "x" * 70_000],
    ids=["other", "text", "half", "long"],
)
def test_an_authority_with_another_fingerprint_is_not_pinned(tmp_path, pem):
    own, other = authority(tmp_path), authority(tmp_path / "other")
    said = other.pem if pem == "other" else pem
    with answering(shown(other), said) as (port, asked), pytest.raises(Lost, match="neither from our hub"):
        fetch_authority(f"https://127.0.0.1:{port}", own.mark)
    assert asked == []


# --- a real hub ---


def test_laptops_join_and_sync_over_the_hubs_own_tls(tmp_path):
    """As an administrator does it: serve, invite, join; then the hub is begun anew and shows another certificate."""
    service = Service(tmp_path, secret=True)
    service.begin()
    try:
        invitation = service.invite()
        assert len(read_invitation(invitation).authority) == 16
        profile = found(tmp_path / "a")
        join(profile, read_invitation(invitation))
        profile.close()
        profile = start(tmp_path / "a")
        assert sync_once(profile).sent == 0
        before = certificate_at(service.port)
        service.kill()
        service.begin()
        assert certificate_at(service.port) != before
        sync_once(profile)
        profile.close()
        with socket.create_connection(("127.0.0.1", service.port)) as line:
            line.sendall(b"POST /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n")
            line.settimeout(5)
            assert b"200" not in line.recv(100)
    finally:
        service.kill()


def test_a_certificate_for_a_proxy_is_the_hubs_own(tmp_path):
    service = Service(tmp_path)
    made = subprocess.run(
        command("hub", "certificate", "hub.example", "10.0.0.7", "--to", tmp_path / "proxy.pem", "--database", service.database),
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 3, made.stdout  # there is no hub yet
    service.address = "https://hub.example:1"
    service.invite()
    subprocess.run(
        command("hub", "certificate", "hub.example", "10.0.0.7", "--to", tmp_path / "proxy.pem", "--database", service.database),
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    leaf = x509.load_pem_x509_certificates((tmp_path / "proxy.pem").read_bytes())[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "hub.example" in names.get_values_for_type(x509.DNSName)
    assert (tmp_path / "proxy.pem").stat().st_mode & 0o777 == 0o600
    assert read_invitation(service.invite()).authority == authority_at(service.database, NOW).mark
