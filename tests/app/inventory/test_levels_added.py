"""Levels take in what comes; where a row that may be counted already was touched, its bin is added up again."""

from app.settle import settle


def level(shop, code, place="A01"):
    with shop.desk.read() as read:
        return read.value(
            "SELECT sum(on_hand) FROM stock_level WHERE part_id = ? AND bin_id = ?",
            shop.ids[code],
            shop.ids[place],
        )


def falsify(shop, code):
    """A level that is wrong shows whether the next movement has added up the whole bin or only itself."""
    with shop.desk.profile.store.local() as connection:
        connection.execute(
            "UPDATE stock_level SET on_hand = on_hand + 7 WHERE part_id = ?", (shop.ids[code],)
        )


def test_a_movement_reads_no_history(shop):
    shop.part("P", 5)
    falsify(shop, "P")
    shop.move("receipt", "P", 2000)
    assert level(shop, "P") == 7007
    shop.move("issue", "P", 1000, batch="B1", reason="x")
    assert level(shop, "P") == 6007


def test_a_new_bin_begins_with_all_that_is_in_it(shop):
    shop.part("P", 5)
    shop.move("receipt", "P", 2000, "A02")
    assert (level(shop, "P"), level(shop, "P", "A02")) == (5000, 2000)


def test_a_row_that_is_counted_already_has_its_bin_added_up_again(shop):
    shop.part("P", 5)
    shop.move("receipt", "P", 2000)
    falsify(shop, "P")
    with shop.desk.read() as read:
        oldest = read.value("SELECT id FROM stock_movement WHERE part_id = ? ORDER BY n", shop.ids["P"])
    with shop.desk.profile.store.local() as connection:
        settle(connection, {"stock_movement": {oldest}}, shop.desk.now())
    assert level(shop, "P") == 7000


def test_a_rebuild_makes_a_wrong_level_right(shop):
    shop.part("P", 5)
    falsify(shop, "P")
    shop.desk.profile.store.rebuild()
    assert level(shop, "P") == 5000
    assert shop.stock("P")[0] == 5000
