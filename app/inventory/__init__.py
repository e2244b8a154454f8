"""Spare parts (备件): the register, the movements, the levels and warnings that follow from them, purchase proposals, scans."""

from app.inventory import checking as checking
from app.inventory import closing as closing
from app.inventory import idle as idle
from app.inventory import kept as kept
from app.inventory import levels as levels
from app.inventory import loans as loans
from app.inventory import ops as ops
from app.inventory import overdue as overdue
from app.inventory import purchases as purchases
from app.inventory import rehang as rehang
from app.inventory import skipped as skipped
from app.inventory import taking as taking
from app.inventory import transit as transit
from app.inventory import unchecked as unchecked
from app.inventory import warnings as warnings
from app.inventory import worth as worth
