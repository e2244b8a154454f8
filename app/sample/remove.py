"""Taking the sample site away in one step: the folder begins again with an empty site, the old file is kept as a backup."""

from app.errors import AppError
from app.profile import Profile, create_profile
from app.words import N_


def remove(profile: Profile) -> Profile:
    """Replace the sample site by an empty one in the same folder; afterwards no sample row remains.

    Raises AppError for a site that is not the sample. Returns the new, empty profile; the old one is closed.
    """
    if not profile.is_sample:
        raise AppError(N_("This is not the sample site. Nothing was removed."))
    profile.close()
    profile.database.replace(profile.backups / f"sample-{profile.clock.now()}.db")
    for rest in ("site.db-wal", "site.db-shm", "device.json"):
        (profile.folder / rest).unlink(missing_ok=True)
    return create_profile(profile.folder, clock=profile.clock, device=profile.store.device)
