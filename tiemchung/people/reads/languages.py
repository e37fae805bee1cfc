"""The language that the reader of a phone chose, and what is written in where nobody chose one."""

from tiemchung.core.outbox import contact_key
from tiemchung.core.statements import ask
from tiemchung.people.rules.identity import HOME
from tiemchung.people.rules.languages import language_by

_CHOSEN = "SELECT language FROM people_contactlanguage WHERE phone_index = %s"


def chosen_language(contact: bytes) -> str:
    """Give the language that was chosen at the phone of this contact key, empty where none was; one statement."""
    found = ask(_CHOSEN, contact)
    return str(found[0][0]) if found else ""


def language_of(phone: str, nationality: str = HOME) -> str:
    """Give the language of a message to this phone (E.164) about somebody of this nationality (alpha-2).

    What its reader chose comes first: they read it, for everybody of the household.
    """
    return chosen_language(contact_key(phone)) or language_by(nationality)
