"""Signing in at a shared laptop: the page, the lock after idle minutes, the first start (登录、锁屏、首次启动)."""

from ui.signin.lock import IdleWatch, LockScreen
from ui.signin.page import SignInPage

__all__ = ["IdleWatch", "LockScreen", "SignInPage"]
