"""How things are called in the language of the reader, in SQL."""

from app.words import language


def name_of(alias: str) -> str:
    """The name of a row that has `name` and `name_en`."""
    if language().startswith("zh"):
        return f"{alias}.name"
    return f"coalesce(nullif({alias}.name_en, ''), {alias}.name)"


def bin_words(alias: str) -> str:
    """A bin as people call it: its code and its name."""
    return f"{alias}.code || ' ' || {name_of(alias)}"
