"""Numbers reserved ahead: a laptop that goes offline takes a block of a series with it (operations.md, rule 5)."""

from app.hub.hub import DeviceRow, Hub, RefusedError, demand_history
from app.sync.protocol import BUSY, MALFORMED, MAX_BLOCK, Block, Reserve
from app.tx import Reader

DAY = 86_400_000
#: What a laptop has not used by then is given to nobody; it asks for new ones.
BLOCK_DAYS = 90
#: What one laptop is given of one series in a day, and how many series it may ask for.
MOST_A_DAY, MOST_SERIES = 20 * MAX_BLOCK, 100
#: So far ahead of the hub a laptop may have seen numbers used: a hub restored from a backup has forgotten no more.
MOST_AHEAD = 100_000
#: No register has more; the numbers of a series stay sums of 64 bits.
LAST = 10**12


def reserve(hub: Hub, device: DeviceRow, asked: Reserve) -> Block:
    """The next numbers of a series for this laptop; never the same for two, whatever `used` says."""
    now = hub.clock.now()
    with hub.writing() as connection:
        read = Reader(connection)
        demand_history(read, asked.proof)
        _demand_modest(read, device, asked, now)
        known = read.value("SELECT last FROM hub_series WHERE series = ?", asked.series) or 0
        used = min(asked.used, known + MOST_AHEAD)
        # One row for each series: two laptops that ask at once wait for one another here.
        last = read.value(
            "INSERT INTO hub_series (series, last) VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET "
            "last = CASE WHEN hub_series.last < ? THEN ? ELSE hub_series.last END + ? RETURNING last",
            asked.series, used + asked.count, used, used, asked.count,
        )  # fmt: skip
        made = Block(asked.series, last - asked.count + 1, last, now + BLOCK_DAYS * DAY)
        connection.execute(
            "INSERT INTO hub_block (series, first, last, device_id, expires_at) VALUES (?, ?, ?, ?, ?)",
            (made.series, made.first, made.last, device.device_id, made.expires_at),
        )
    return made


def _demand_modest(read: Reader, device: DeviceRow, asked: Reserve, now: int) -> None:
    """Raise RefusedError for a laptop that would use up the numbers of all."""
    if asked.used > LAST:
        raise RefusedError(MALFORMED, reason="no register has so many numbers")
    mine = "FROM hub_block WHERE device_id = ?"
    given = read.value(
        f"SELECT coalesce(sum(last - first + 1), 0) {mine} AND series = ? AND expires_at > ?",
        device.device_id, asked.series, now + (BLOCK_DAYS - 1) * DAY,
    )  # fmt: skip
    series = read.value(
        f"SELECT count(DISTINCT series) {mine} AND series <> ?", device.device_id, asked.series
    )
    if given + asked.count > MOST_A_DAY or series >= MOST_SERIES:
        raise RefusedError(BUSY, 3600)
