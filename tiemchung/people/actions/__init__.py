"""The verbs that write about people; each is one transaction and leaves one audit line."""

from tiemchung.people.actions.amending import AmendedProfile, amend_profile
from tiemchung.people.actions.calling import CallerFacts, CallerLevel, CallerProof, prove_caller
from tiemchung.people.actions.checking import check_identities, checked_identities
from tiemchung.people.actions.contacts import add_phone, retire_phone
from tiemchung.people.actions.finding import FoundLine, FoundPeople, find_people
from tiemchung.people.actions.guardians import end_guardian, set_guardian
from tiemchung.people.actions.identifiers import AddedIdentifier, add_identifier, retire_identifier
from tiemchung.people.actions.languages import choose_language
from tiemchung.people.actions.linking import Linked, forbid_link, link_profiles, undo_link
from tiemchung.people.actions.locking import LockedPerson, lock_person
from tiemchung.people.actions.moving import MovedContact, move_contact, move_phone
from tiemchung.people.actions.opening import PersonView, open_person
from tiemchung.people.actions.proving import (
    Proved,
    end_citizen_sign_ins,
    end_proof,
    prove_by_staff,
    prove_dependants,
    prove_person,
    use_proofs,
)
from tiemchung.people.actions.registration import RegisteredProfile, register_profile
from tiemchung.people.actions.reviewing import (
    ask_again,
    begin_review,
    confirm_identity,
    correct_number,
    note_nobody_found,
)
from tiemchung.people.actions.showing import NumberPeer, NumberShown, show_numbers
from tiemchung.people.actions.sighting import note_seen, permit_case, permit_work

__all__ = [
    "AddedIdentifier",
    "AmendedProfile",
    "CallerFacts",
    "CallerLevel",
    "CallerProof",
    "FoundLine",
    "FoundPeople",
    "Linked",
    "LockedPerson",
    "MovedContact",
    "NumberPeer",
    "NumberShown",
    "PersonView",
    "Proved",
    "RegisteredProfile",
    "add_identifier",
    "add_phone",
    "amend_profile",
    "ask_again",
    "begin_review",
    "check_identities",
    "checked_identities",
    "choose_language",
    "confirm_identity",
    "correct_number",
    "end_citizen_sign_ins",
    "end_guardian",
    "end_proof",
    "find_people",
    "forbid_link",
    "link_profiles",
    "lock_person",
    "move_contact",
    "move_phone",
    "note_nobody_found",
    "note_seen",
    "open_person",
    "permit_case",
    "permit_work",
    "prove_by_staff",
    "prove_caller",
    "prove_dependants",
    "prove_person",
    "register_profile",
    "retire_identifier",
    "retire_phone",
    "set_guardian",
    "show_numbers",
    "undo_link",
    "use_proofs",
]
