"""The questions that others may ask about people; every one resolves joined profiles first."""

from tiemchung.people.reads.changes import change_of
from tiemchung.people.reads.contacts import PhoneOnRecord, phones_on_record
from tiemchung.people.reads.holders import (
    PHONE_SEAL,
    Change,
    Holder,
    NotFound,
    area_of,
    current_persons,
    holder_of,
    holders_of,
    joined_persons,
    person_of,
    persons_among,
    persons_on_phone,
    phone_row,
    profile_ids_of,
    proven_persons,
    reach_of,
)
from tiemchung.people.reads.identity import IdentityView, identity_fields, identity_states
from tiemchung.people.reads.kin import Kin, KinView, LinkView, kin_of, links_of
from tiemchung.people.reads.known import KnownPeople
from tiemchung.people.reads.languages import chosen_language, language_of
from tiemchung.people.reads.life import Life, life_of
from tiemchung.people.reads.looks import SawLine, who_saw
from tiemchung.people.reads.near import NearClaim, NearProfile, near_profiles
from tiemchung.people.reads.numbers import numbers_lacking, numbers_of, profiles_numbered
from tiemchung.people.reads.register import register_silent_since
from tiemchung.people.reads.reviews import (
    IdentityCount,
    ReviewLine,
    ReviewPage,
    identity_counts,
    review_of,
    reviews_of,
)
from tiemchung.people.reads.sights import PersonSight, sights_of

__all__ = [
    "PHONE_SEAL",
    "Change",
    "Holder",
    "IdentityCount",
    "IdentityView",
    "Kin",
    "KinView",
    "KnownPeople",
    "Life",
    "LinkView",
    "NearClaim",
    "NearProfile",
    "NotFound",
    "PersonSight",
    "PhoneOnRecord",
    "ReviewLine",
    "ReviewPage",
    "SawLine",
    "area_of",
    "change_of",
    "chosen_language",
    "current_persons",
    "holder_of",
    "holders_of",
    "identity_counts",
    "identity_fields",
    "identity_states",
    "joined_persons",
    "kin_of",
    "language_of",
    "life_of",
    "links_of",
    "near_profiles",
    "numbers_lacking",
    "numbers_of",
    "person_of",
    "persons_among",
    "persons_on_phone",
    "phone_row",
    "phones_on_record",
    "profile_ids_of",
    "profiles_numbered",
    "proven_persons",
    "reach_of",
    "register_silent_since",
    "review_of",
    "reviews_of",
    "sights_of",
    "who_saw",
]
