"""Which labels were printed (标签): a fact for each record."""

import msgspec

from app.access import Permission
from app.ops import Op, Subject, operation
from app.tx import Tx

MOST_ROWS = 500


class Printed(msgspec.Struct, frozen=True, array_like=True):
    """One label: the kind of its record, the record, and what its QR code says."""

    type: str
    target: bytes
    payload: str


@operation("label.print", Permission.PRINT_LABELS, {"labels"})
class LabelPrint(Op, frozen=True):
    """Labels went to paper or to a file, at most 500 in one op."""

    labels: tuple[Printed, ...]
    copies: int = 1
    layout: str = ""

    def apply(self, tx: Tx) -> None:
        for place, label in enumerate(self.labels):
            values = {
                "type": label.type,
                "target_id": label.target,
                "payload": label.payload,
                "printed_at": tx.op.wall,
                "printed_by": tx.op.actor,
                "copies": self.copies,
                "layout": self.layout or None,
            }
            tx.insert("qr_label", tx.made(f"label:{place}"), values)

    def subject(self) -> Subject | None:
        return None
