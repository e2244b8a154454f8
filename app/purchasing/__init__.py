"""Purchasing (采购): drafts from the proposal or by hand, the order's life, receiving by scan, what a supplier is worth."""

from app.purchasing import delivered as delivered
from app.purchasing import waiting as waiting
