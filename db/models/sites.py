"""Sites, places and teams: where everything else belongs."""

from typing import ClassVar

from db.models.base import About, Base, Choices, Synced, choice, code, flag, measure, note, ref, text
from db.models.money import CURRENCIES
from resources.marks import N_

SITE_TYPES: Choices = (
    ("data_centre", N_("Data centre")),
    ("metro_station", N_("Metro station")),
    ("building", N_("Building")),
    ("telecom", N_("Telecom room")),
    ("plant", N_("Plant")),
    ("other", N_("Other")),
)
NETWORK_QUALITY: Choices = (
    ("good", N_("Good")),
    ("intermittent", N_("Intermittent")),
    ("poor", N_("Poor")),
    ("none", N_("None")),
)
LOCATION_TYPES: Choices = (
    ("building", N_("Building")),
    ("floor", N_("Floor")),
    ("zone", N_("Zone")),
    ("room", N_("Room")),
    ("rack", N_("Rack row")),
    ("warehouse", N_("Warehouse")),
    ("bin", N_("Bin")),
)
WHO_APPROVES: Choices = (("second", N_("Another person")), ("writer", N_("Also who wrote it")))
ORG_LEVELS: Choices = (
    ("strategic", N_("Strategic level")),
    ("management", N_("Management level")),
    ("execution", N_("Execution level")),
    ("team", N_("Team")),
)


class Site(Synced, Base):
    """A place under maintenance (站点): a data centre, a metro station, a building."""

    __tablename__ = "site"
    about: ClassVar = About(N_("Sites"), N_("Site"), key="code", name="name", topic="sites")
    code = code(N_("Site code"), 16)
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    site_type = choice(N_("Type"), SITE_TYPES, required=True)
    address = text(N_("Address"), 200)
    timezone = text(N_("Time zone"), 40, required=True)
    manager_id = ref(N_("Site manager"), "staff")
    phone = text(N_("Phone"), 30)
    network_quality = choice(N_("Network"), NETWORK_QUALITY)
    service_hours = text(N_("Service hours"), 80)
    protection_level = text(N_("Protection level"), 20)
    active = flag(N_("Active"))
    remark = note(N_("Remarks"))
    #: What its books are kept in; yuan where none is named.
    currency = choice(N_("Currency"), CURRENCIES)
    #: Who may approve a purchase order; another person than its writer where nothing is said.
    order_approval = choice(N_("Purchase orders are approved by"), WHO_APPROVES)


class Location(Synced, Base):
    """A place inside a site (位置): building, floor, room, rack row, warehouse or bin; a tree."""

    __tablename__ = "location"
    about: ClassVar = About(
        N_("Locations"), N_("Location"), key="code", name="name", bucket="site", topic="sites"
    )
    code = code(N_("Location code"))
    site_id = ref(N_("Site"), "site", required=True)
    parent_id = ref(N_("Parent"), "location")
    name = text(N_("Name"), required=True)
    name_en = text(N_("English name"))
    location_type = choice(N_("Type"), LOCATION_TYPES, required=True)
    env_temp_min = measure(N_("Lowest temperature"), "℃", group="temperature")
    env_temp_max = measure(N_("Highest temperature"), "℃", group="temperature")
    env_rh_max = measure(N_("Highest humidity"), "%RH")
    qr_label = flag(N_("Needs a label"))
    remark = note(N_("Remarks"))


class OrgUnit(Synced, Base):
    """A unit of the organisation (组织单元), down to the team (班组)."""

    __tablename__ = "org_unit"
    about: ClassVar = About(
        N_("Organisation units"), N_("Organisation unit"), key="code", name="name", topic="people"
    )
    code = code(N_("Unit code"))
    name = text(N_("Name"), required=True)
    level = choice(N_("Level"), ORG_LEVELS, required=True)
    parent_id = ref(N_("Parent"), "org_unit")
    head_id = ref(N_("Head"), "staff")
    site_id = ref(N_("Site"), "site")
