"""What was typed wrongly after `sitewright`, in the catalogue's words: argparse knows its sentences in English only."""

import re

from app.words import N_, _

_WRONG = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"the following arguments are required: (?P<names>.+)", N_("Still needed: {names}.")),
        (r"one of the arguments (?P<names>.+) is required", N_("One of these is needed: {names}.")),
        (r"unrecognized arguments: (?P<names>.+)", N_("Not understood: {names}.")),
        (
            r"argument (?P<name>[^:]+): invalid choice: '?(?P<value>.*?)'? \(choose from (?P<known>.+)\)",
            N_("{name}: “{value}” is not one of these: {known}."),
        ),
        (r"argument (?P<name>[^:]+): expected .*argument.*", N_("A value is missing after {name}.")),
        (
            r"argument (?P<name>[^:]+): not allowed with argument (?P<other>.+)",
            N_("{name} and {other} exclude each other."),
        ),
        (
            r"argument (?P<name>[^:]+): invalid int value: '?(?P<value>.*?)'?",
            N_("{name}: “{value}” is not a whole number."),
        ),
        (
            r"ambiguous option: (?P<name>\S+) could match (?P<known>.+)",
            N_("{name} may mean several options: {known}."),
        ),
    )
)


def in_words(message: str) -> str:
    """The sentence of argparse in the language that is spoken; one that is not known stays as it is."""
    for pattern, words in _WRONG:
        if found := pattern.fullmatch(message):
            fields = found.groupdict()
            if "known" in fields:
                fields["known"] = fields["known"].replace("'", "")
            return _(words).format(**fields)
    return message
