"""Passwords and PINs: what is accepted, and how a verifier is made of them. The secret itself is kept nowhere.

Argon2id with 19 MiB, two passes and one lane for passwords (OWASP's first choice). A PIN has at most eight digits: no cost
would save it from somebody with the file, so its verifier is cheap and it opens only what a password has unlocked.
"""

import unicodedata
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.errors import AppError
from app.words import N_

MIN_PASSWORD, MAX_PASSWORD = 8, 128
MIN_PIN, MAX_PIN = 4, 8

PASSWORDS = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
PINS = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1)

#: What people choose first, in the forms that have eight characters or more.
_COMMONEST = """
00000000 01234567 10203040 11112222 11223344 12121212 123123123 12341234 12344321 12345678 123456789 1234567890
123456aa 123456abc 123qweasd 13145200 147258369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 52013140 5201314520 87654321 88888888
987654321 a1234567 a12345678 a123456789 aa123456 aa12345678 aaaa1111 abc12345 abc123456 abcd1234 abcdefgh admin123
admin1234 admin888 administrator asdf1234 asdfghjk asdfghjkl baseball changeme computer football iloveyou letmein1
liverpool p@ssw0rd passw0rd password password1 password12 password123 q1w2e3r4 qazwsxedc qq123456 qwer1234 qwertyui
qwertyuiop root1234 sitewright sunshine superman test1234 trustno1 welcome1 woaini123 woaini1314 woaini520 xiaoming
zaq12wsx zhang123 zxcvbnm1 zxcvbnm123
"""
COMMONEST = frozenset(_COMMONEST.split())


def normal(secret: str) -> str:
    """The secret as it is compared: full-width digits and letters count as the plain ones."""
    if "\0" in secret or any(0xD800 <= ord(sign) <= 0xDFFF for sign in secret):
        raise AppError(
            N_("The text holds a character that cannot be stored. Type it again instead of pasting it.")
        )
    return unicodedata.normalize("NFKC", secret)


def check_password(password: str, username: str = "") -> None:
    """Raise an AppError with the reason why this cannot be a password."""
    plain = normal(password)
    if len(plain) < MIN_PASSWORD:
        raise AppError(N_("A password has at least {count} characters."), count=MIN_PASSWORD)
    if len(plain) > MAX_PASSWORD:
        raise AppError(N_("A password has at most {count} characters."), count=MAX_PASSWORD)
    folded = plain.casefold()
    if folded in COMMONEST or _trivial(folded):
        raise AppError(N_("Many people use this password, so it is guessed first. Choose another one."))
    if username and username.casefold() in {folded, folded[: len(username)]} and len(folded) < 12:
        raise AppError(N_("The password must not begin with the user name. Choose another one."))


def check_pin(pin: str) -> None:
    """Raise an AppError with the reason why this cannot be a PIN."""
    plain = normal(pin)
    if not (plain.isascii() and plain.isdigit() and MIN_PIN <= len(plain) <= MAX_PIN):
        raise AppError(N_("A PIN has {low} to {high} digits."), low=MIN_PIN, high=MAX_PIN)
    if _trivial(plain) or plain in _repeated(plain):
        raise AppError(
            N_("This PIN is too easy to guess. Choose one without a row like 1234 or the same digits.")
        )


def _trivial(text: str) -> bool:
    """The same sign throughout, or signs in a row up or down (9 goes on with 0)."""
    steps = {(ord(b) - ord(a)) % 10 if text.isdigit() else ord(b) - ord(a) for a, b in pairwise(text)}
    return len(steps) == 1 and steps <= {0, 1, -1, 9}


def _repeated(pin: str) -> set[str]:
    """The PINs of this length that repeat one pair of digits: 1212, 202020."""
    return {(pin[:2] * len(pin))[: len(pin)]}


def verifier(secret: str, hasher: PasswordHasher = PASSWORDS) -> str:
    """What is kept of a secret."""
    return hasher.hash(normal(secret))


@cache
def _dummy(hasher: PasswordHasher) -> str:
    """A verifier that nothing matches, for accounts that have none: known and unknown take alike time."""
    return hasher.hash("\x01 no secret")


def matches(kept: str | None, secret: str, hasher: PasswordHasher = PASSWORDS) -> bool:
    """Whether the secret is the one that was kept; verifies exactly once, with or without one."""
    try:
        hasher.verify(kept or _dummy(hasher), normal(secret))
    except (Argon2Error, InvalidHashError, AppError):
        return False
    return kept is not None


def outdated(kept: str, hasher: PasswordHasher = PASSWORDS) -> bool:
    """Whether the verifier was made at another cost than today's."""
    return hasher.check_needs_rehash(kept)
