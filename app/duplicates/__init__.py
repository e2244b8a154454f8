"""Two records of one number (两条记录同号): both were accepted, people are told, and somebody makes them one.

settle    what is found        queries    the pairs, side by side        actions    the merge as one action
"""

from app.duplicates import serials, settle
from app.duplicates.actions import merge_records
from app.duplicates.queries import Pair, Value, moves, pair, pairs

__all__ = ["Pair", "Value", "merge_records", "moves", "pair", "pairs", "serials", "settle"]
