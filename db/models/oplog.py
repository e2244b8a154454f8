"""The tables of the laptop itself: the op log, what sync needs (sync.md 3.2), secrets, and what derives from synced rows.

None of these syncs as rows; the guard triggers stand on the synced tables only.
"""

from sqlalchemy import Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import ID, INT, TEXT, Base, Numbered

HASH = LargeBinary(32)


class OpRow(Numbered, Base):
    """One operation of this device's chains, for ever: `body` holds the exact bytes of the envelope."""

    __tablename__ = "op"
    __table_args__ = (UniqueConstraint("chain_id", "seq"), Index("ix_op_entity_row_id", "entity", "row_id"))
    op_id: Mapped[bytes] = mapped_column(ID, unique=True)
    chain_id: Mapped[bytes] = mapped_column(ID)
    seq: Mapped[int] = mapped_column(INT)
    hash: Mapped[bytes] = mapped_column(HASH)
    kind: Mapped[str] = mapped_column(TEXT)
    schema_v: Mapped[int] = mapped_column(Integer)
    entity: Mapped[str | None] = mapped_column(TEXT)
    row_id: Mapped[bytes | None] = mapped_column(ID)
    site: Mapped[bytes | None] = mapped_column(ID)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    hlc: Mapped[int] = mapped_column(INT)
    wall: Mapped[int] = mapped_column(INT, index=True)
    mono: Mapped[int] = mapped_column(INT)
    actor: Mapped[bytes | None] = mapped_column(ID)
    action_id: Mapped[bytes] = mapped_column(ID, index=True)
    acked: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(TEXT)
    reason: Mapped[str | None] = mapped_column(TEXT)
    hub_seq: Mapped[int | None] = mapped_column(INT)


class AuditRow(Numbered, Base):
    """Who changed what, old and new: one row per op and record; the hub's feed brings those of others."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_tbl_row_id", "tbl", "row_id"),)
    op_id: Mapped[bytes] = mapped_column(ID, index=True)
    action_id: Mapped[bytes] = mapped_column(ID, index=True)
    at: Mapped[int] = mapped_column(INT, index=True)
    actor: Mapped[bytes | None] = mapped_column(ID)
    device: Mapped[str] = mapped_column(TEXT)
    kind: Mapped[str] = mapped_column(TEXT)
    tbl: Mapped[str] = mapped_column(TEXT)
    row_id: Mapped[bytes] = mapped_column(ID)
    verb: Mapped[str] = mapped_column(TEXT)
    changes: Mapped[str | None] = mapped_column(TEXT)
    bucket: Mapped[str] = mapped_column(TEXT)


class SyncCtx(Base):
    """Filled only inside a transaction of the one door; the guard triggers demand a row."""

    __tablename__ = "sync_ctx"
    context: Mapped[str] = mapped_column(TEXT, primary_key=True)


class Meta(Base):
    """Facts about this file: profile id, device, chain, hub, schema, the newest time seen."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(TEXT, primary_key=True)
    value: Mapped[str] = mapped_column(TEXT)


class SrvShadow(Numbered, Base):
    """The hub's state (null: absent) of every row that a pending op touches."""

    __tablename__ = "srv_shadow"
    __table_args__ = (UniqueConstraint("tbl", "id"),)
    tbl: Mapped[str] = mapped_column(TEXT)
    id: Mapped[bytes] = mapped_column(ID)
    row: Mapped[bytes | None] = mapped_column(LargeBinary)


class Inbox(Numbered, Base):
    """Pages of a pull that wait for the last one."""

    __tablename__ = "inbox"
    page: Mapped[int] = mapped_column(INT)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class Cursor(Base):
    """How far each bucket was pulled."""

    __tablename__ = "cursor"
    bucket: Mapped[str] = mapped_column(TEXT, primary_key=True)
    seq: Mapped[int] = mapped_column(INT)
    stale: Mapped[int] = mapped_column(Integer)


class Hist(Base):
    """The hub's history as this laptop has seen it."""

    __tablename__ = "hist"
    seq: Mapped[int] = mapped_column(INT, primary_key=True, autoincrement=False)
    chain_hash: Mapped[bytes] = mapped_column(HASH)
    epoch: Mapped[bytes] = mapped_column(ID)


class BlobRow(Base):
    """A file of bytes by its content: how much of it is here and what the hub has."""

    __tablename__ = "blob"
    sha256: Mapped[bytes] = mapped_column(HASH, primary_key=True)
    size: Mapped[int] = mapped_column(INT)
    have: Mapped[int] = mapped_column(INT)
    sent_to: Mapped[int] = mapped_column(INT)
    state: Mapped[str] = mapped_column(TEXT)


class NumberBlock(Numbered, Base):
    """Numbers reserved for this device ahead of going offline."""

    __tablename__ = "number_block"
    series: Mapped[str] = mapped_column(TEXT, index=True)
    first: Mapped[int] = mapped_column(INT)
    last: Mapped[int] = mapped_column(INT)
    next: Mapped[int] = mapped_column(INT)
    expires_at: Mapped[int | None] = mapped_column(INT)


class Counter(Base):
    """The device's own counters: <device code>-<counter> numbers movements, orders and rounds."""

    __tablename__ = "counter"
    series: Mapped[str] = mapped_column(TEXT, primary_key=True)
    value: Mapped[int] = mapped_column(INT)


class Credential(Base):
    """Verifiers of passwords and PINs on this laptop; never in an op, feed, audit page or support copy."""

    __tablename__ = "credential"
    user_id: Mapped[bytes] = mapped_column(ID, primary_key=True)
    password: Mapped[str | None] = mapped_column(TEXT)
    pin: Mapped[str | None] = mapped_column(TEXT)
    password_set_at: Mapped[int | None] = mapped_column(INT)
    pin_set_at: Mapped[int | None] = mapped_column(INT)
    unlocked_at: Mapped[int | None] = mapped_column(INT)
    failures: Mapped[int] = mapped_column(Integer)
    last_failure_at: Mapped[int | None] = mapped_column(INT)


class DraftRow(Base):
    """What somebody typed and has not confirmed yet; it stays with its author."""

    __tablename__ = "draft"
    user_id: Mapped[bytes] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(TEXT, primary_key=True)
    body: Mapped[str] = mapped_column(TEXT)
    at: Mapped[int] = mapped_column(INT)


class Preference(Base):
    """How a person likes a page: column widths, density, last printer, an import's mapping."""

    __tablename__ = "preference"
    user_id: Mapped[bytes] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(TEXT, primary_key=True)
    value: Mapped[str] = mapped_column(TEXT)


class StockLevel(Numbered, Base):
    """Derived: what lies in a bin (库存); the sum of its movements, by `settle` alone."""

    __tablename__ = "stock_level"
    __table_args__ = (UniqueConstraint("part_id", "bin_id", "batch"),)
    part_id: Mapped[bytes] = mapped_column(ID)
    bin_id: Mapped[bytes] = mapped_column(ID, index=True)
    batch: Mapped[str] = mapped_column(TEXT)
    site_id: Mapped[bytes] = mapped_column(ID, index=True)
    on_hand: Mapped[int] = mapped_column(INT)
    last_move_at: Mapped[int] = mapped_column(INT)


class PartStock(Numbered, Base):
    """Derived: a part at a site: on hand, reserved, on order, and the reorder state that follows."""

    __tablename__ = "part_stock"
    __table_args__ = (UniqueConstraint("part_id", "site_id"),)
    part_id: Mapped[bytes] = mapped_column(ID)
    site_id: Mapped[bytes] = mapped_column(ID, index=True)
    on_hand: Mapped[int] = mapped_column(INT)
    reserved: Mapped[int] = mapped_column(INT)
    on_order: Mapped[int] = mapped_column(INT)
    state: Mapped[str] = mapped_column(TEXT, index=True)
    proposal: Mapped[int] = mapped_column(INT)
    last_move_at: Mapped[int | None] = mapped_column(INT)


class Alert(Numbered, Base):
    """Derived: a situation that needs somebody (预警); its id is made of the rule and the situation."""

    __tablename__ = "alert"
    id: Mapped[bytes] = mapped_column(ID, unique=True)
    rule: Mapped[str] = mapped_column(TEXT, index=True)
    site_id: Mapped[bytes | None] = mapped_column(ID, index=True)
    level: Mapped[int] = mapped_column(Integer)
    subject_table: Mapped[str] = mapped_column(TEXT)
    subject_id: Mapped[bytes] = mapped_column(ID, index=True)
    facts: Mapped[str] = mapped_column(TEXT)
    raised_at: Mapped[int] = mapped_column(INT)
    cleared_at: Mapped[int | None] = mapped_column(INT)
    state: Mapped[str] = mapped_column(TEXT, index=True)


class DueRound(Numbered, Base):
    """Derived: a round that a plan makes due and that nobody has begun."""

    __tablename__ = "due_round"
    id: Mapped[bytes] = mapped_column(ID, unique=True)
    plan_id: Mapped[bytes] = mapped_column(ID, index=True)
    template_id: Mapped[bytes] = mapped_column(ID)
    site_id: Mapped[bytes] = mapped_column(ID, index=True)
    due_from: Mapped[int] = mapped_column(INT)
    due_to: Mapped[int] = mapped_column(INT, index=True)
    last_day: Mapped[int] = mapped_column(INT)


class SearchRow(Numbered, Base):
    """Derived: the words by which a record is found; the FTS5 index `search` stands on it."""

    __tablename__ = "search_row"
    __table_args__ = (UniqueConstraint("tbl", "row_id"),)
    tbl: Mapped[str] = mapped_column(TEXT)
    row_id: Mapped[bytes] = mapped_column(ID)
    row_n: Mapped[int] = mapped_column(INT)
    code: Mapped[str] = mapped_column(TEXT, index=True)
    title: Mapped[str] = mapped_column(TEXT)
    place: Mapped[str] = mapped_column(TEXT)
    initials: Mapped[str] = mapped_column(TEXT)
    words: Mapped[str] = mapped_column(TEXT)
