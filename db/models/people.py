"""Staff, accounts and roles. Health dates lie in a table and bucket of their own (operations.md, rule 28)."""

from typing import ClassVar

from db.models.base import About, Base, Choices, Synced, choice, code, day, flag, integer, many, ref, text
from resources.marks import N_

POSTS: Choices = (
    ("technician", N_("Technician")),
    ("engineer", N_("Engineer")),
    ("storekeeper", N_("Storekeeper")),
    ("supervisor", N_("Supervisor")),
    ("planner", N_("Planner")),
    ("training_admin", N_("Training administrator")),
    ("safety_officer", N_("Safety officer")),
    ("customer_rep", N_("Customer representative")),
    ("auditor", N_("Auditor")),
    ("other", N_("Other")),
)
EDUCATION: Choices = (
    ("secondary", N_("Secondary vocational")),
    ("college", N_("College")),
    ("bachelor", N_("Bachelor")),
    ("master", N_("Master or higher")),
    ("other", N_("Other")),
)
STAFF_STATUS: Choices = (
    ("active", N_("On duty")),
    ("probation", N_("On probation")),
    ("on_leave", N_("On leave")),
    ("left", N_("Left")),
)
FIT_STATUS: Choices = (("fit", N_("Fit")), ("limited", N_("Fit with limits")), ("unfit", N_("Not fit")))
LOCALES: Choices = (("zh_CN", N_("Simplified Chinese")), ("en", N_("English")))


class Staff(Synced, Base):
    """A person who works at the sites (人员); no identity card, birth date, sex or portrait."""

    __tablename__ = "staff"
    about: ClassVar = About(N_("Staff"), N_("Staff member"), key="staff_no", name="name", topic="people")
    staff_no = code(N_("Staff number"), 20)
    name = text(N_("Name"), 60, required=True)
    name_en = text(N_("English name"), 60)
    org_unit_id = ref(N_("Team"), "org_unit")
    site_id = ref(N_("Site"), "site")
    role_code = choice(N_("Post"), POSTS, required=True)
    job_title = text(N_("Job title"), 60)
    education = choice(N_("Education"), EDUCATION)
    major = text(N_("Field of study"), 60)
    experience_years = integer(N_("Experience"), N_("years"), low=0, high=70)
    hire_date = day(N_("Hired on"))
    background_checked_on = day(N_("Background checked on"))
    email = text(N_("E-mail"), 80)
    phone = text(N_("Phone"), 30)
    status = choice(N_("Status"), STAFF_STATUS, required=True, group="status")
    left_on = day(N_("Left on"))


class StaffPrivate(Synced, Base):
    """Fitness for work (上岗健康状态): result and date only, no diagnosis; read by few roles."""

    __tablename__ = "staff_private"
    about: ClassVar = About(N_("Fitness for work"), N_("Fitness for work"), bucket="hr", topic="people")
    staff_id = ref(N_("Staff member"), "staff", required=True)
    site_id = ref(N_("Site"), "site")
    fit_status = choice(N_("Fitness for work"), FIT_STATUS, group="fit")
    fit_until = day(N_("Fit until"))


class Role(Synced, Base):
    """A set of permissions (角色)."""

    __tablename__ = "role"
    about: ClassVar = About(N_("Roles"), N_("Role"), key="code", name="name", topic="access")
    code = code(N_("Role code"))
    name = text(N_("Name"), required=True)
    permissions = many(N_("Permissions"), required=True)


class UserAccount(Synced, Base):
    """Who may sign in (账号). The password lies in `credential`, which never syncs as an op."""

    __tablename__ = "user_account"
    about: ClassVar = About(
        N_("User accounts"), N_("User account"), key="username", name="username", topic="access"
    )
    username = code(N_("User name"), 40)
    staff_id = ref(N_("Staff member"), "staff")
    roles = many(N_("Roles"), required=True)
    locale = choice(N_("Language"), LOCALES)
    active = flag(N_("Active"))
    must_change_password = flag(N_("Must change the password"))


class UserSiteScope(Synced, Base):
    """A site that an account may see."""

    __tablename__ = "user_site_scope"
    about: ClassVar = About(N_("Site scopes"), N_("Site scope"), topic="access")
    user_id = ref(N_("User account"), "user_account", required=True)
    site_id = ref(N_("Site"), "site", required=True)
