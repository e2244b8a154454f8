"""The pages of stock-takes (盘点)."""

from ui.stocktake.counting import CountPage as CountPage
from ui.stocktake.page import StocktakePage as StocktakePage
from ui.stocktake.paper import PaperPage as PaperPage
from ui.stocktake.review import DifferencesPage as DifferencesPage
