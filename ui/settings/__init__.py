"""Settings of the laptop and of the person, and accounts and roles for the administrator (设置、账号与角色)."""

from ui.settings.accounts import AccountsPage
from ui.settings.page import SettingsPage

__all__ = ["AccountsPage", "SettingsPage"]
