"""Numbers reserved ahead: a laptop that goes offline takes a block of a series with it (operations.md, rule 5)."""

from app.hub.hub import DeviceRow, Hub, demand_history
from app.sync.protocol import Block, Reserve
from app.tx import Reader

DAY = 86_400_000
#: What a laptop has not used by then is given to nobody; it asks for new ones.
BLOCK_DAYS = 90


def reserve(hub: Hub, device: DeviceRow, asked: Reserve) -> Block:
    """The next numbers of a series for this laptop; never the same for two, whatever `used` says."""
    now = hub.clock.now()
    with hub.writing() as connection:
        read = Reader(connection)
        demand_history(read, asked.proof)
        # One row for each series: two laptops that ask at once wait for one another here.
        last = read.value(
            "INSERT INTO hub_series (series, last) VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET "
            "last = CASE WHEN hub_series.last < ? THEN ? ELSE hub_series.last END + ? RETURNING last",
            asked.series, asked.used + asked.count, asked.used, asked.used, asked.count,
        )  # fmt: skip
        made = Block(asked.series, last - asked.count + 1, last, now + BLOCK_DAYS * DAY)
        connection.execute(
            "INSERT INTO hub_block (series, first, last, device_id, expires_at) VALUES (?, ?, ?, ?, ?)",
            (made.series, made.first, made.last, device.device_id, made.expires_at),
        )
    return made
