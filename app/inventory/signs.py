"""What a movement does to the balance, which movement takes it back, and which units are whole pieces."""

from app.search import normal
from db.models.inventory import MOVEMENT_SIGNS

_GAINS = ", ".join(f"'{kind}'" for kind, sign in MOVEMENT_SIGNS.items() if sign > 0)


def signed(alias: str = "stock_movement") -> str:
    """The signed quantity of a row of stock_movement, in SQL."""
    return f"CASE WHEN {alias}.type IN ({_GAINS}) THEN {alias}.qty ELSE -{alias}.qty END"


#: SQL on the alias m. What was used up: issues less what came back unused; what goes back to a supplier, is scrapped, lost, lent or
#: sent elsewhere is not. Reversals follow by their opposite type.
USED = "(m.type IN ('issue', 'return') AND m.purchase_line_id IS NULL)"
#: What was bought: receipts with and without an order, less returns to the supplier and receipts that were taken back.
BOUGHT = (
    "(m.type = 'receipt' OR m.purchase_line_id IS NOT NULL OR EXISTS "
    "(SELECT 1 FROM stock_movement x WHERE x.id = m.reversal_of_id AND x.type = 'receipt'))"
)
#: Somebody asked for parts: an issue that is no return to a supplier and was not taken back.
REQUESTED = (
    "(m.type = 'issue' AND m.purchase_line_id IS NULL AND m.reversal_of_id IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM stock_movement x WHERE x.reversal_of_id = m.id))"
)
#: A reversal is a movement of the opposite kind, so that the balance stays the plain sum of all movements.
OPPOSITE = {
    "opening": "adjust_loss", "receipt": "adjust_loss", "issue": "return", "return": "issue",
    "transfer_out": "transfer_in", "transfer_in": "transfer_out", "adjust_gain": "adjust_loss",
    "adjust_loss": "adjust_gain", "scrap": "adjust_gain",
    "loan_out": "loan_back", "loan_back": "loan_out",
}  # fmt: skip

#: Units of which there is no half: the Chinese measure words of the trade, and their English and code forms.
_PIECES = frozenset("个件块台只套根条支张片把组颗粒枚副对本部双顶") | {
    "pc",
    "pcs",
    "piece",
    "pieces",
    "each",
    "set",
    "pair",
}


def is_piece(unit: str) -> bool:
    """Whether a fraction of the unit makes no sense."""
    return normal(unit).strip(" .") in _PIECES
