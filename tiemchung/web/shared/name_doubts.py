"""Asking again about a name that may have lost its marks, on every form that takes a name for a report."""

from dataclasses import dataclass

from django.http import QueryDict

from tiemchung.people.rules.name_doubts import NameDoubt, name_doubt
from tiemchung.web.shared.words import say


@dataclass(frozen=True, slots=True)
class NameAsked:
    """What a page shows about a name: the doubt, None for none; whether it was set aside; and the error until then."""

    doubt: NameDoubt | None = None
    confirmed: bool = False

    @property
    def error(self) -> str:
        """Give the words of the error, empty where the report may go on."""
        if self.doubt is None or self.confirmed:
            return ""
        return say(f"name_doubt.{'telex' if self.doubt.meant else 'plain'}_error")


def asked_again(name: str, data: QueryDict, field: str = "plain_name") -> NameAsked:
    """Give what to ask about a name that the form sent, whose checkbox is `field`."""
    return NameAsked(name_doubt(name), data.get(field) == "1")
