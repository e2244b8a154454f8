"""Purchasing (采购): orders from draft to delivery, made from the proposal or by hand, received by scan."""
