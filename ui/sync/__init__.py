"""Sync and conflicts (同步与冲突): how the exchange stands, where every op is, and the choice between two values."""
