"""A laptop in hostile hands: what it holds is its own, and it harms nobody else (issue 3 "Bad input"; trust.md H5-H19)."""

import hashlib

import msgspec
import pytest
from enemy import NEW, OF_A_SITE, THEIRS, Enemy, movement
from fleet import (
    AWAY,
    BIN,
    HERE_ALONE,
    MACHINES,
    SITE,
    YARD,
    supplier,
)

from app.alerts.actions import Act
from app.auth import secret
from app.conflicts.held import Decide
from app.equipment.ops import Note
from app.generic import Merge, Patch, PatchRow, Retire, create
from app.hub.enrol import revoke
from app.ops import Op
from app.photos import Attach
from app.sync.file_call import PREFIX, UNWANTED, read_answer
from app.sync.protocol import (
    AskDigest,
    Auth,
    Hello,
    Known,
    Page,
    Pull,
    Push,
    Refusal,
    Reserve,
    Secret,
    pack,
    unpack,
)
from db.ids import new_id

#: The hub says what it could not take.
pytestmark = pytest.mark.logs("a request that no database can take", "figures that cannot be worked out")


# --- reading ---


def test_it_reads_no_row_of_another_site(enemy):
    asks = [
        {"*": 0}, {f"site:{AWAY.hex()}": 0, "global": 0, f"site:{SITE.hex()}": 0}, {f"hr:{AWAY.hex()}": 0},
        {"%": 0, "site:%": 0, "' OR 1=1 --": 0}, {},
    ]  # fmt: skip
    for cursors in asks:
        page = enemy.ask("pull", Pull(enemy.proof, cursors))
        assert isinstance(page, Page)
        assert set(page.cursors) == set(HERE_ALONE.split())
        plain = msgspec.json.encode(page)
        assert b"SECRET-77" not in plain
        assert b"argon2" not in plain
        assert AWAY.hex().encode() not in b"".join(
            msgspec.json.encode(one) for one in page.rows if one.table in OF_A_SITE
        )


def test_digests_of_other_buckets_are_of_its_own(enemy):
    own = enemy.ask("digest", AskDigest(enemy.proof))
    for bucket in (f"site:{AWAY.hex()}", "*", f"hr:{AWAY.hex()}", "' OR ''='"):
        assert enemy.ask("digest", AskDigest(enemy.proof, bucket)) == own


def test_verifiers_of_other_sites_stay_at_the_hub(enemy, people):
    answer = enemy.ask("auth", Auth(enemy.proof, []))
    assert people["away"] not in {one.user_id for one in answer.secrets}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_files_of_other_sites_are_unwanted(enemy, insider, method):
    content = b"their photo"
    sha = hashlib.sha256(content).digest()
    photo = Attach(
        owner_table="equipment", owner_id=THEIRS, kind="photo", sha256=sha, size=len(content), mime="image/jpeg", site_id=AWAY
    )  # fmt: skip
    assert insider.tries(photo) == "applied"
    call = f"{PREFIX}{method}/{sha.hex()}/0/{len(content)}/{'0' * 32}"
    answer = enemy.hub.handle(call, enemy.frame(call, b""))
    assert read_answer(answer.body).code == UNWANTED


def test_what_became_of_ops_of_others_is_told_without_a_word_of_them(enemy, insider):
    """Ids of ops are no secret (they stand in the trail); a reason may quote what the op held."""
    (bad,) = insider.push(insider.sent(b'{"table":"secret","rows":[]}', "create"))
    assert bad.reason
    told = [who.ask("known", Known(who.proof, [bad.op_id, new_id()])).receipts for who in (insider, enemy)]
    assert [[one.reason for one in receipts] for receipts in told] == [[bad.reason], [""]]


# --- another's key, another's chain, old messages ---


def test_another_laptops_name_needs_its_key(enemy, fleet):
    victim = fleet.laptops["b"].profile.meta["hub_device"]
    for call, message in (
        ("pull", Pull(enemy.proof, {})), ("auth", Auth(enemy.proof, [])), ("reserve", Reserve(enemy.proof, "C", 1)),
        ("hello", Hello(enemy.proof, [], 0, "", 1)), ("digest", AskDigest(enemy.proof)), ("known", Known(None, [])),
        ("ops", Push(enemy.proof, enemy.chain, [])),
    ):  # fmt: skip
        frame = enemy.frame(call, pack(message), device=bytes.fromhex(victim))
        answer = unpack(enemy.hub.handle(call, frame).body, Refusal)
        assert answer.code == "STRANGER"


def test_a_signed_request_is_good_for_its_own_call_only(enemy):
    packed = pack(AskDigest(enemy.proof))
    frame = enemy.frame("digest", packed)
    for call in ("hello", "pull", "ops", "auth", "known", "reserve"):
        assert unpack(enemy.hub.handle(call, frame).body, Refusal).code == "STRANGER"


def test_the_chain_of_another_laptop_is_not_extended(enemy, a):
    with a.profile.store.read() as read:
        enemy.chain = bytes.fromhex(read.value("SELECT value FROM meta WHERE key = 'chain_id'"))
        enemy.seq, enemy.link = read.row(
            "SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1", enemy.chain
        )
    answer = enemy.ask("ops", Push(enemy.proof, enemy.chain, [enemy.sent(supplier("S2")[1])]))
    assert answer.code == "FORK"


@pytest.mark.parametrize("seq", [2, 2**62, 2**63 - 1])
def test_a_place_far_away_is_a_gap(enemy, seq):
    op = msgspec.structs.replace(enemy.sent(supplier("S1")[1]), seq=seq)
    answer = enemy.ask("ops", Push(enemy.proof, enemy.chain, [op]))
    assert (answer.code, answer.number) == ("GAP", 1)


def test_old_requests_again_change_nothing(enemy):
    push = Push(enemy.proof, enemy.chain, [enemy.sent(movement(number="X1"))])
    frame = enemy.frame("ops", pack(push))
    answers = {enemy.hub.handle("ops", frame).body for _ in range(20)}
    assert len(answers) == 1
    assert enemy.value("SELECT count(*) FROM stock_movement WHERE movement_no = 'X1'") == 1


def test_a_number_that_is_the_hubs_own_is_not_taken(fleet):
    for wanted in ("HUB", "hub", "", "A B", "%", "x\ny", fleet.laptops["b"].profile.meta["device_code"]):
        assert Enemy(fleet, code=wanted).name != wanted


# --- writing beyond its sites ---


def foreign_ops() -> dict[str, Op]:
    """Ops that name rows of the other site, by each way that there is."""
    return {
        "patch": Patch("equipment", (PatchRow(THEIRS, {"name": ("彼机", "被改")}),)),
        "patch beside an own one": Patch(
            "equipment",
            (PatchRow(MACHINES[0], {"name": ("机 0", "改")}), PatchRow(THEIRS, {"name": ("彼机", "被改")})),
        ),
        "patch that guesses": Patch("equipment", (PatchRow(THEIRS, {"name": ("?", "彼机")}),)),
        "patch that takes it over": Patch("equipment", (PatchRow(THEIRS, {"site_id": (AWAY, SITE)}),)),
        "retire": Retire("equipment", (THEIRS,)),
        "merge": Merge("equipment", THEIRS, MACHINES[0]),
        "merge into": Merge("equipment", MACHINES[0], THEIRS),
        "create": create("location", new_id(), code="Q1", site_id=AWAY, name="x", location_type="bin", qr_label=1),
        "a movement": movement(site=AWAY, bin=YARD),
        "a remark": Note(equipment=THEIRS, event="note", text="x"),
        "an alert": Act(alert=new_id(), action="acknowledged", site=AWAY),
    }  # fmt: skip


@pytest.mark.parametrize("site", ["its own", "none", "theirs"])
@pytest.mark.parametrize("way", list(foreign_ops()))
def test_it_writes_no_row_of_another_site(enemy, way, site):
    said = {"its own": SITE, "none": None, "theirs": AWAY}[site]
    before, moves = enemy.row("equipment", THEIRS), enemy.value("SELECT count(*) FROM stock_movement")
    assert enemy.tries(foreign_ops()[way], site=said) == "quarantined"
    assert enemy.row("equipment", THEIRS) == before
    assert enemy.row("equipment", MACHINES[0])["name"] == "机 0"
    assert enemy.value("SELECT count(*) FROM stock_movement") == moves
    assert enemy.value("SELECT count(*) FROM location WHERE code = 'Q1'") == 0
    assert (
        enemy.value(
            "SELECT count(*) FROM held_op h JOIN op o ON o.op_id = h.op_id WHERE o.chain_id = ?", enemy.chain
        )
        == 1
    )


def test_what_is_its_own_it_may_write_and_give_away(enemy):
    gives = Patch(
        "equipment", (PatchRow(MACHINES[1], {"site_id": (SITE, AWAY), "location_id": (BIN, YARD)}),)
    )
    assert [enemy.tries(movement()), enemy.tries(gives), enemy.tries(gives)] == [
        "applied",
        "applied",
        "quarantined",
    ]


# --- rights ---


def test_it_raises_nobodys_rights(enemy, people):
    here, chief = people["here"], people["chief"]
    roles = Patch("user_account", (PatchRow(here, {"roles": ('["technician"]', '["administrator"]')}),))
    wider = Patch("role", (PatchRow(new_id(), {"permissions": ("[]", '["access.administer"]')}),))
    account = create(
        "user_account", new_id(), username="x", roles='["administrator"]', active=1, must_change_password=0
    )
    scope = create("user_site_scope", new_id(), user_id=here, site_id=AWAY)
    closed = Retire("user_account", (chief,))
    for op in (roles, wider, account, scope, closed):
        for actor in (None, here, people["boss"], chief, new_id()):
            assert enemy.tries(op, actor=actor) == "quarantined"
    # Nor step by step within one push.
    outcomes = [one.outcome for one in enemy.push(enemy.sent(account), enemy.sent(roles), enemy.sent(closed))]
    assert outcomes == ["quarantined"] * 3
    assert enemy.row("user_account", here)["roles"] == '["technician"]'


def test_a_person_does_nothing_beyond_the_role_and_the_sites(enemy, people):
    assert enemy.tries(supplier("S8")[1], actor=people["here"]) == "quarantined"
    assert enemy.tries(movement(type="issue"), actor=people["away"]) == "quarantined"
    assert enemy.tries(movement(type="issue"), actor=people["away"], site=None) == "quarantined"
    assert enemy.tries(movement(type="issue"), actor=people["here"]) == "applied"


def test_nobody_lets_in_what_he_sent_himself(enemy, people):
    account = create(
        "user_account", new_id(), username="x", roles='["administrator"]', active=1, must_change_password=0
    )
    for op in (account, foreign_ops()["patch"]):
        assert enemy.tries(op) == "quarantined"
    with enemy.hub.reading() as read:
        sql = "SELECT h.id FROM held_op h JOIN op o ON o.op_id = h.op_id WHERE o.chain_id = ?"
        held = [row for (row,) in read.rows(sql, enemy.chain)]
    assert len(held) == 2
    for entry in held:
        for actor in (None, people["boss"], people["chief"]):
            enemy.tries(Decide(held=entry, accepted=True), actor=actor)
        forged = Patch(
            "held_op", (PatchRow(entry, {"decision": (None, "accepted"), "decided_by": (None, None)}),)
        )
        assert enemy.tries(forged) == "quarantined"
    assert enemy.value("SELECT count(*) FROM user_account WHERE username = 'x'") == 0
    assert enemy.row("equipment", THEIRS)["name"] == "彼机"


def test_what_is_kept_back_is_told_at_the_site_that_it_is_about(enemy):
    """An entry without a site, about another site's record: its supervisors read it, and nobody else does."""
    enemy.tries(foreign_ops()["patch"], site=None)
    enemy.tries(foreign_ops()["create"], site=None)
    with enemy.hub.reading() as read:
        told = read.rows(
            "SELECT h.bucket FROM held_op h JOIN op o ON o.op_id = h.op_id WHERE o.chain_id = ?", enemy.chain
        )
    assert told == [(f"site:{AWAY.hex()}",)] * 2


def test_it_sets_no_password_of_those_who_may_more(enemy, people):
    forged = secret.verifier(NEW)
    asked = [
        Secret(people[name], forged, 0, by)
        for name in ("chief", "away")
        for by in (None, people[name], people["chief"])
    ]
    enemy.ask("auth", Auth(enemy.proof, asked))
    with enemy.hub.reading() as read:
        assert (forged,) not in read.rows("SELECT verifier FROM hub_verifier")


def test_a_revoked_laptop_brings_nothing_in(enemy):
    revoke(enemy.hub, enemy.name)
    assert enemy.tries(movement()) == "quarantined"
    for call, message in (
        ("pull", Pull(enemy.proof, {})),
        ("auth", Auth(enemy.proof, [])),
        ("reserve", Reserve(enemy.proof, "C", 1)),
    ):
        assert enemy.ask(call, message).code == "REVOKED"
