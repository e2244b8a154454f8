"""Spare parts (备件): the register, the movements, the levels and warnings that follow from them, purchase proposals, scans."""

from app.inventory import idle as idle
from app.inventory import levels as levels
from app.inventory import ops as ops
from app.inventory import purchases as purchases
from app.inventory import warnings as warnings
from app.inventory import worth as worth
