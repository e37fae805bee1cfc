"""The keys under which a name with a birth date is found."""

from tiemchung.people.models import NameBirthKey, Profile
from tiemchung.people.reads.keys import name_birth_indexes


def put_name_keys(profile: Profile) -> None:
    """Write the keys of what the profile says now, in the caller's transaction; what is there already stays.

    Keys of former values stay too: what is found by them is compared with what the profile says now.
    """
    indexes = name_birth_indexes(profile.name_key, profile.birth_date, profile.birth_precision)
    rows = [NameBirthKey(value_index=index, profile_id=profile.id) for index in indexes]
    NameBirthKey.objects.bulk_create(rows, ignore_conflicts=True)


def missing_name_keys(profile: Profile) -> int:
    """Write the keys that a profile lacks and give their number."""
    indexes = name_birth_indexes(profile.name_key, profile.birth_date, profile.birth_precision)
    keys = NameBirthKey.objects.filter(value_index__in=indexes, profile_id=profile.id)
    missing = len(indexes) - keys.count()
    if missing:
        put_name_keys(profile)
    return missing
