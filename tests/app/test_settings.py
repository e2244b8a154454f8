"""Options: declared once, kept safely, and a broken file never keeps the program from starting."""

import json

import pytest

from app import settings
from app.settings import DENSITY, LANGUAGE, LOCK_MINUTES, OPTIONS, THEME, Option, Preferences, Settings
from db.ids import new_id


def filled(folder):
    made = Settings(folder)
    made.set(LANGUAGE, "en")
    made.set(THEME, "dark")
    made.set(LOCK_MINUTES, 10)
    return folder / "settings.json"


def test_values_are_kept(tmp_path):
    filled(tmp_path)
    again = Settings(tmp_path)
    assert (again.get(LANGUAGE), again.get(THEME), again.get(LOCK_MINUTES)) == ("en", "dark", 10)
    assert again.language() == "en"
    assert json.loads((tmp_path / "settings.json").read_text())["version"] == settings.VERSION


@pytest.mark.parametrize("step", [1, 64])
def test_a_file_cut_off_anywhere_starts_with_the_defaults(tmp_path, step):
    path = filled(tmp_path)
    whole = path.read_bytes() + (b" " * 200 if step == 64 else b"")
    for cut in range(0, len(whole), step):
        path.write_bytes(whole[:cut])
        made = Settings(tmp_path)
        assert made.get(LANGUAGE) in {"system", "en"}
        if not whole[:cut].rstrip().endswith(b"}"):
            assert all(made.get(option) == option.default for option in OPTIONS.values())
            assert (tmp_path / "settings.broken.json").read_bytes() == whole[:cut]
        made.set(THEME, "light")
        assert Settings(tmp_path).get(THEME) == "light"


@pytest.mark.parametrize(
    "text", ["[]", "null", "7", '"x"', '{"lock_minutes": "5"}', '{"theme": 3}', '{"version": []}']
)
def test_a_wrong_shape_or_type_gives_the_default(tmp_path, text):
    (tmp_path / "settings.json").write_text(text)
    made = Settings(tmp_path)
    assert all(made.get(option) == option.default for option in OPTIONS.values())


def test_a_value_that_the_option_does_not_accept_is_a_bug(tmp_path):
    with pytest.raises(ValueError, match="theme"):
        Settings(tmp_path).set(THEME, "pink")
    assert not LOCK_MINUTES.accepts(0)
    assert Option("x", 5, "", low=1, high=9).accepts(9)
    assert not Option("x", 5, "", low=1, high=9).accepts(True)


def test_upgrades_are_functions_on_plain_dicts(monkeypatch):
    monkeypatch.setattr(settings, "UPGRADES", {})

    @settings.upgrade(3)
    def _split(data):
        data["b2"] = data.pop("b") + 1

    @settings.upgrade(2)
    def _rename(data):
        data["b"] = data.pop("a")

    assert settings.upgraded({"a": 1}) == {"b2": 2}
    assert settings.upgraded({"version": 2, "b": 1}) == {"b2": 2}
    assert settings.upgraded({"version": 3, "b2": 1}) == {"b2": 1}


def test_preferences_belong_to_a_person_and_a_table(desk):
    mine, other = Preferences(desk.profile, new_id()), Preferences(desk.profile, new_id())
    mine["density"] = "normal"
    table = mine.part("spares")
    table["widths"] = {"code": 120}
    again = Preferences(desk.profile, mine._user)
    assert again.option(DENSITY) == "normal"
    assert again.part("spares")["widths"] == {"code": 120}
    assert other.option(DENSITY) == "dense"
    del table["widths"]
    assert not again.part("spares")


def test_options_have_keys_of_their_own():
    assert len(OPTIONS) == len({option.title for option in OPTIONS.values()})
    assert all(option.accepts(option.default) for option in OPTIONS.values() if option.choices)
