"""Stock-takes (盘点): what lies there is counted, compared with the books, explained, and approved by a second person."""

from app.stocktake import adjust as adjust
from app.stocktake import ops as ops
from app.stocktake import recount as recount
