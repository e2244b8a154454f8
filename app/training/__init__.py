"""Staff training (培训): courses and results, the matrix, sessions, certificates and who may be assigned."""

from app.training import ops, sessions, warnings

__all__ = ["ops", "sessions", "warnings"]
