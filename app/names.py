"""Names of records in the language that is spoken, as SQL: the English name where there is one and English is spoken."""

from app.words import language


def named(alias: str) -> str:
    """The name column of a table alias (location, equipment, part, staff ...) in the spoken language."""
    return f"{alias}.name" if language() != "en" else f"coalesce(nullif({alias}.name_en, ''), {alias}.name)"


def person(account: str) -> str:
    """The name of who holds an account, from the column with the account's id; its user name where nobody does."""
    return (
        f"(SELECT coalesce({named('ps')}, pu.username) FROM user_account pu LEFT JOIN staff ps ON ps.id = pu.staff_id "
        f"WHERE pu.id = {account})"
    )
