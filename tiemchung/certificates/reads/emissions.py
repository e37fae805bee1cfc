"""What verifiers of other forms need of us: the web keys of health cards, and which forms are made at all."""

import datetime as dt
from typing import Any

from django.conf import settings

from tiemchung.certificates.emitters import emitters
from tiemchung.certificates.emitters.shc import jwk_of
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.rules import KeyPurpose

DOCUMENT = "fhir"  # in the list of forms like the others, but no code: a document that its holder downloads


def emitted_forms() -> tuple[str, ...]:
    """Give the codes of the forms that are switched on, in order."""
    return tuple(code for code in sorted(emitters()) if code in settings.EMITTERS)


def gives_documents() -> bool:
    """Tell whether holders may download their passport as a FHIR document."""
    return DOCUMENT in settings.EMITTERS


def health_card_keys(at: dt.datetime) -> tuple[dict[str, Any], ...]:
    """Give the web keys under which our health cards are looked up, named by thumbprint; none while they are off.

    They belong into `/.well-known/jwks.json` beside the others; a compromised key is gone at once.
    """
    if "shc" not in settings.EMITTERS:
        return ()
    keys = SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT, valid_to__gt=at, compromised_since=None)
    return tuple(jwk_of(bytes(key.certificate)) for key in keys.order_by("valid_from", "id"))
