"""The tables of the laptop itself: the op log, what sync needs (sync.md 3.2), secrets, and what derives from synced rows.

None of these syncs as rows; the guard triggers stand on the synced tables only.
"""

from db.models.base import BLOB, HASH, ID, INT, SMALL, TEXT, Base, Numbered, local


class OpRow(Numbered, Base):
    """One operation of this device's chains, for ever: `body` holds the exact bytes of the envelope."""

    __tablename__ = "op"
    uniques = (("chain_id", "seq"),)
    indexes = (("ix_op_entity_row_id", "entity", "row_id"),)
    op_id = local(ID, unique=True)
    chain_id = local(ID)
    seq = local(INT)
    hash = local(HASH)
    kind = local(TEXT)
    schema_v = local(SMALL)
    entity = local(TEXT, null=True)
    row_id = local(ID, null=True)
    site = local(ID, null=True)
    body = local(BLOB, null=True)
    hlc = local(INT)
    wall = local(INT, index=True)
    mono = local(INT)
    actor = local(ID, null=True)
    action_id = local(ID, index=True)
    #: 0 waits, 1 has the hub's receipt, 2 is in the rows that the hub gave: no longer pending.
    acked = local(SMALL, index=True)
    outcome = local(TEXT, null=True)
    reason = local(TEXT, null=True)
    hub_seq = local(INT, null=True)


class AuditRow(Numbered, Base):
    """Who changed what, old and new: one row per op and record; the hub's feed brings those of others."""

    __tablename__ = "audit"
    indexes = (("ix_audit_tbl_row_id", "tbl", "row_id"),)
    op_id = local(ID, index=True)
    action_id = local(ID, index=True)
    at = local(INT, index=True)
    actor = local(ID, null=True)
    device = local(TEXT)
    kind = local(TEXT)
    tbl = local(TEXT)
    row_id = local(ID)
    verb = local(TEXT)
    changes = local(TEXT, null=True)
    bucket = local(TEXT)
    #: Why the time is to be confirmed: the laptop's clock stood before its newest record.
    doubt = local(TEXT, null=True)


class SyncCtx(Base):
    """Filled only inside a transaction of the one door; the guard triggers demand a row."""

    __tablename__ = "sync_ctx"
    context = local(TEXT, primary=True)


class Meta(Base):
    """Facts about this file: profile id, device, chain, hub, schema, the newest time seen."""

    __tablename__ = "meta"
    key = local(TEXT, primary=True)
    value = local(TEXT)


class SrvShadow(Numbered, Base):
    """The hub's state (null: absent) of every row that a pending op touches."""

    __tablename__ = "srv_shadow"
    uniques = (("tbl", "id"),)
    tbl = local(TEXT)
    id = local(ID)
    row = local(BLOB, null=True)


class Inbox(Numbered, Base):
    """Pages of a pull that wait for the last one."""

    __tablename__ = "inbox"
    page = local(INT)
    payload = local(BLOB)


class Cursor(Base):
    """How far each bucket was pulled."""

    __tablename__ = "cursor"
    bucket = local(TEXT, primary=True)
    seq = local(INT)
    stale = local(SMALL)


class Hist(Base):
    """The hub's history as this laptop has seen it."""

    __tablename__ = "hist"
    seq = local(INT, primary=True)
    chain_hash = local(HASH)
    epoch = local(ID)


class CheckpointRow(Base):
    """A point of the hub's history that it has signed; the laptop keeps it and asks the hub about it later.

    `former` is the epoch that a restore ended, empty for the daily ones.
    """

    __tablename__ = "checkpoint"
    at = local(INT, primary=True)
    epoch = local(ID)
    seq = local(INT)
    hash = local(HASH)
    former = local(BLOB)
    signature = local(BLOB)


class BlobRow(Base):
    """A file of bytes by its content: how much of it is here and what the hub has.

    `state`: whole (here), wanted (to come), asked (to come at once: somebody clicked), given_up (here no more, safe at the hub),
    damaged (the disk changed it). `own`: it was taken in on this laptop. `checked_at`: when the hub last spoke of it.
    """

    __tablename__ = "blob"
    sha256 = local(HASH, primary=True)
    size = local(INT)
    have = local(INT)
    sent_to = local(INT)
    state = local(TEXT, index=True)
    own = local(SMALL)
    checked_at = local(INT, null=True)


class NumberBlock(Numbered, Base):
    """Numbers reserved for this device ahead of going offline."""

    __tablename__ = "number_block"
    series = local(TEXT, index=True)
    first = local(INT)
    last = local(INT)
    next = local(INT)
    expires_at = local(INT, null=True)


class Counter(Base):
    """The device's own counters: <device code>-<counter> numbers movements, orders and rounds."""

    __tablename__ = "counter"
    series = local(TEXT, primary=True)
    value = local(INT)


class Credential(Base):
    """Verifiers of passwords and PINs on this laptop; never in an op, feed, audit page or support copy."""

    __tablename__ = "credential"
    user_id = local(ID, primary=True)
    password = local(TEXT, null=True)
    pin = local(TEXT, null=True)
    password_set_at = local(INT, null=True)
    pin_set_at = local(INT, null=True)
    unlocked_at = local(INT, null=True)
    failures = local(SMALL)
    last_failure_at = local(INT, null=True)
    #: Who set the password, 1 while the hub does not have it, and the hub's version of it.
    set_by = local(ID, null=True)
    unsent = local(SMALL, null=True)
    version = local(INT, null=True)


class DraftRow(Base):
    """What somebody typed and has not confirmed yet; it stays with its author."""

    __tablename__ = "draft"
    user_id = local(ID, primary=True)
    key = local(TEXT, primary=True)
    body = local(TEXT)
    at = local(INT)


class Preference(Base):
    """How a person likes a page: column widths, density, last printer, an import's mapping."""

    __tablename__ = "preference"
    user_id = local(ID, primary=True)
    key = local(TEXT, primary=True)
    value = local(TEXT)


class StockLevel(Numbered, Base):
    """Derived: what lies in a bin (库存); the sum of its movements up to the row `last_n`, by `settle` alone."""

    __tablename__ = "stock_level"
    uniques = (("part_id", "bin_id", "batch"),)
    part_id = local(ID)
    bin_id = local(ID, index=True)
    batch = local(TEXT)
    site_id = local(ID, index=True)
    on_hand = local(INT)
    last_move_at = local(INT)
    last_n = local(INT)


class PartStock(Numbered, Base):
    """Derived: a part at a site: on hand, reserved, on order, and the reorder state that follows."""

    __tablename__ = "part_stock"
    uniques = (("part_id", "site_id"),)
    part_id = local(ID)
    site_id = local(ID, index=True)
    on_hand = local(INT)
    reserved = local(INT)
    on_order = local(INT)
    state = local(TEXT, index=True)
    proposal = local(INT)
    last_move_at = local(INT, null=True)


class StockStep(Numbered, Base):
    """Derived: what a movement did to quantity and value of its part in its store, in the hub's order.

    `store_id`: the warehouse, or the site for its own store. `place`: its number among the part's movements at the site.
    Values in ten-millionths of the currency. `difference`: what its document says more than the stock took in.
    """

    __tablename__ = "stock_step"
    indexes = (("ix_stock_step_part_site", "part_id", "site_id", "place"),)
    movement_id = local(ID, unique=True)
    part_id = local(ID)
    site_id = local(ID, index=True)
    store_id = local(ID)
    place = local(INT)
    value = local(INT)
    difference = local(INT)
    on_hand = local(INT)
    worth = local(INT)


class StockWorth(Numbered, Base):
    """Derived: value of a part in a store by moving average, with what the next movement is reckoned from.

    `store_id`: the warehouse, or the site for its own store.
    `base_qty`, `base_worth`: the last stock above nothing, whose average a movement below nothing is valued at.
    """

    __tablename__ = "stock_worth"
    uniques = (("part_id", "site_id", "store_id"),)
    part_id = local(ID)
    site_id = local(ID, index=True)
    store_id = local(ID)
    place = local(INT)
    last_n = local(INT)
    on_hand = local(INT)
    worth = local(INT)
    base_qty = local(INT)
    base_worth = local(INT)


class Alert(Numbered, Base):
    """Derived: a situation that needs somebody (预警); its id is made of the rule and the situation."""

    __tablename__ = "alert"
    id = local(ID, unique=True)
    rule = local(TEXT, index=True)
    site_id = local(ID, index=True, null=True)
    level = local(SMALL)
    subject_table = local(TEXT)
    subject_id = local(ID, index=True)
    facts = local(TEXT)
    raised_at = local(INT)
    cleared_at = local(INT, null=True)
    state = local(TEXT, index=True)


class DueRound(Numbered, Base):
    """Derived: a round that a plan makes due and that nobody has begun."""

    __tablename__ = "due_round"
    id = local(ID, unique=True)
    plan_id = local(ID, index=True)
    template_id = local(ID)
    site_id = local(ID, index=True)
    due_from = local(INT)
    due_to = local(INT, index=True)
    last_day = local(INT)


class SearchRow(Numbered, Base):
    """Derived: the words by which a record is found; the FTS5 index `search` stands on it."""

    __tablename__ = "search_row"
    uniques = (("tbl", "row_id"),)
    tbl = local(TEXT)
    row_id = local(ID)
    row_n = local(INT)
    code = local(TEXT, index=True)
    title = local(TEXT)
    place = local(TEXT)
    initials = local(TEXT)
    words = local(TEXT)


class ScanCode(Numbered, Base):
    """Every code that a scan may say -> its record: numbers, replaced ones, external barcodes; derived."""

    __tablename__ = "scan_code"
    folded = local(TEXT, index=True)
    code = local(TEXT)
    tbl = local(TEXT)
    row_id = local(ID, index=True)
    target_table = local(TEXT)
    target = local(ID)
    how = local(TEXT)
