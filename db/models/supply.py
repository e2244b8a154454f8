"""What parts are bought at and put together from: price breaks, parts lists of machines, kits, and the rules of the store."""

from typing import ClassVar

from db.models.base import About, Base, Synced, integer, many, measure, money, part_of, price, qty, ref, text
from resources.marks import N_


class PriceBreak(Synced, Base):
    """A lower price from a quantity on (阶梯价) of a part at a supplier; tax as the supplier part says."""

    __tablename__ = "price_break"
    about: ClassVar = About(N_("Price breaks"), N_("Price break"), topic="inventory")
    part_supplier_id = part_of(N_("Supplier part"), "part_supplier")
    from_qty = qty(N_("From quantity"), required=True, low=1)
    unit_price = price(N_("Unit price"), required=True, unit="")


class EquipmentPart(Synced, Base):
    """A part that a machine, or every machine of a class, holds (设备备件清单), and how many of it."""

    __tablename__ = "equipment_part"
    about: ClassVar = About(N_("Parts lists of equipment"), N_("Part of a machine"), topic="inventory")
    equipment_id = ref(N_("Equipment"), "equipment")
    class_id = ref(N_("Equipment class"), "equipment_class")
    part_id = ref(N_("Spare part"), "part", required=True)
    qty = qty(N_("Quantity"), required=True, low=1)
    position = text(N_("Position"), 80)
    remark = text(N_("Remarks"), 200)


class KitPart(Synced, Base):
    """A part of a kit (套件): the kit is issued by issuing its parts."""

    __tablename__ = "kit_part"
    about: ClassVar = About(N_("Parts of kits"), N_("Part of a kit"), topic="inventory")
    kit_id = ref(N_("Kit"), "part", required=True)
    part_id = ref(N_("Spare part"), "part", required=True)
    qty = qty(N_("Quantity"), required=True, low=1)


class StockRules(Synced, Base):
    """By which limits the store classifies, counts and orders; one row for all sites."""

    __tablename__ = "stock_rules"
    about: ClassVar = About(N_("Rules of the store"), N_("Rules of the store"), topic="inventory")
    a_to = measure(N_("A up to"), "%", required=True)
    b_to = measure(N_("B up to"), "%", required=True)
    #: The cells of the matrix of value and criticality that are looked after most, and those that can wait.
    group_1 = many(N_("Group I"))
    group_3 = many(N_("Group III"))
    service_v = measure(N_("Service level of V"), "%", required=True)
    service_e = measure(N_("Service level of E"), "%", required=True)
    service_d = measure(N_("Service level of D"), "%", required=True)
    count_days_a = integer(N_("Count A every"), N_("days"), required=True, low=1)
    count_days_b = integer(N_("Count B every"), N_("days"), required=True, low=1)
    count_days_c = integer(N_("Count C every"), N_("days"), required=True, low=1)
    #: Up to this sum of all differences, a second storekeeper approves a stock-take; 0: always a supervisor.
    count_limit = money(N_("Storekeepers approve differences up to"), required=True)
    order_cost = money(N_("Cost of an order"), required=True)
    holding_rate = measure(N_("Holding cost a year"), "%", required=True)


class SiteStockRules(Synced, Base):
    """Where a site's store goes by a rule of its own; one row for each site. What is empty is as for all sites."""

    __tablename__ = "site_stock_rules"
    about: ClassVar = About(
        N_("Rules of a site's store"), N_("Rules of a site's store"), bucket="site", topic="inventory"
    )
    site_id = ref(N_("Site"), "site", required=True)
    count_limit = money(N_("Storekeepers approve differences up to"))
