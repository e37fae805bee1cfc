"""Other countries' forms of the same certificate, each behind a switch: one file a form, found by its folder.

Pure: no database, no clock, no settings. `certificates.actions.emit_certificate` is the only one that signs with them.
"""

from tiemchung.certificates.emitters.facts import CertificateFacts, EmissionKey, NotEmittable, ShotFacts
from tiemchung.certificates.emitters.registry import Emitter, emitters

__all__ = ["CertificateFacts", "EmissionKey", "Emitter", "NotEmittable", "ShotFacts", "emitters"]
