"""The currencies that suppliers ask for, by their ISO 4217 codes."""

from db.models.base import Choices
from resources.marks import N_

#: What a site reckons in unless it says otherwise.
HOME = "CNY"
CURRENCIES: Choices = (
    ("CNY", N_("CNY yuan")),
    ("USD", N_("USD US dollar")),
    ("EUR", N_("EUR euro")),
    ("JPY", N_("JPY yen")),
    ("HKD", N_("HKD Hong Kong dollar")),
    ("TWD", N_("TWD Taiwan dollar")),
    ("GBP", N_("GBP pound")),
    ("CHF", N_("CHF Swiss franc")),
    ("KRW", N_("KRW won")),
    ("SGD", N_("SGD Singapore dollar")),
    ("AUD", N_("AUD Australian dollar")),
    ("CAD", N_("CAD Canadian dollar")),
    ("SEK", N_("SEK Swedish krona")),
    ("DKK", N_("DKK Danish krone")),
    ("NOK", N_("NOK Norwegian krone")),
    ("CZK", N_("CZK Czech koruna")),
    ("PLN", N_("PLN zloty")),
    ("INR", N_("INR rupee")),
    ("THB", N_("THB baht")),
    ("MYR", N_("MYR ringgit")),
    ("RUB", N_("RUB rouble")),
)
