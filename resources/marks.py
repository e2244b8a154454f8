"""The mark for words that are shown later: below `app` nothing is translated, only marked."""


def N_(message: str) -> str:
    """Mark a word for the catalogue; it is translated where it is shown."""
    return message
