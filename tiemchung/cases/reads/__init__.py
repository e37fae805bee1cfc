"""The only questions that others may ask about cases; each gives what its asker may see."""

from tiemchung.cases.reads.about import ListedCase, OpenCase, cases_beside, cases_listed, open_about
from tiemchung.cases.reads.boards import board_under, lines_under
from tiemchung.cases.reads.bulk import bulk_preview, bulk_view, bulks_of_desk, bulks_to_approve
from tiemchung.cases.reads.by_partner import PartnerCase, partner_cases
from tiemchung.cases.reads.desks import desk_names, desk_of_actor, desks_told, known_place, ladder_of_desk
from tiemchung.cases.reads.files import cases_of_contact, cases_of_person, desk_file, progress_of
from tiemchung.cases.reads.letters import letter_of_case, letters_printed, letters_waiting, print_run
from tiemchung.cases.reads.messages import messages_of, untold_since
from tiemchung.cases.reads.queue import CEILING, due_counts, queue_at
from tiemchung.cases.reads.rests import rest_desks
from tiemchung.cases.reads.suggesting import AtHand, seen_in, suggestions
from tiemchung.cases.reads.travelling import TravelStop, travel_of
from tiemchung.cases.telling import is_in_parts

__all__ = [
    "CEILING",
    "AtHand",
    "ListedCase",
    "OpenCase",
    "PartnerCase",
    "TravelStop",
    "board_under",
    "bulk_preview",
    "bulk_view",
    "bulks_of_desk",
    "bulks_to_approve",
    "cases_beside",
    "cases_listed",
    "cases_of_contact",
    "cases_of_person",
    "desk_file",
    "desk_names",
    "desk_of_actor",
    "desks_told",
    "due_counts",
    "is_in_parts",
    "known_place",
    "ladder_of_desk",
    "letter_of_case",
    "letters_printed",
    "letters_waiting",
    "lines_under",
    "messages_of",
    "open_about",
    "partner_cases",
    "print_run",
    "progress_of",
    "queue_at",
    "rest_desks",
    "seen_in",
    "suggestions",
    "travel_of",
    "untold_since",
]
