"""Alerts (预警): what derives from the rules, and what people do about it."""
