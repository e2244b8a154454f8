import shutil
from dataclasses import replace

import disputes
import pytest
from machines import small

from app.bootstrap import start


@pytest.fixture
def site(desk):
    return small(desk)


@pytest.fixture
def people(site):
    disputes.name_devices(site.desk)
    return disputes.people(site)


@pytest.fixture
def laptop(tmp_path):
    """Make a second laptop: a copy of the profile in other hands."""
    made = []

    def copy(desk):
        with desk.profile.store.local() as connection:
            connection.execute("DELETE FROM meta WHERE key = 'nothing'")
        folder = tmp_path / f"copy-{len(made)}"
        shutil.copytree(desk.profile.folder, folder)
        profile = start(folder, desk.profile.clock)
        made.append(profile)
        return replace(desk, profile=profile)

    yield copy
    for profile in made:
        profile.close()
