"""The pages of the store (备件)."""
