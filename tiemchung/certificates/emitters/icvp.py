"""The WHO's digital yellow card, sub-claim -6: one dose, and no more of the person than a border asks for.

The fields are those of the published samples (certificates of 2024, `n dob s ntl v{dn tg vp mp ma bo dt is}`); the
WHO's later drafts rename them and admit only products of its own catalogue, so this form stays an experiment.
"""

from tiemchung.certificates.emitters.facts import COVID_19_ICD11, CertificateFacts, EmissionKey
from tiemchung.certificates.emitters.hcert import signed_subclaim
from tiemchung.certificates.emitters.registry import Emitted, Emitter
from tiemchung.certificates.formats import countries, subclaims


def emit(facts: CertificateFacts, key: EmissionKey) -> Emitted:
    """Give the yellow card of the stated dose; birth date and lot must be known. No identity number is ever in it."""
    dose = facts.stated
    health = {
        "n": facts.full_name,
        "dob": facts.whole_birth_date(),
        "s": facts.sex,
        "ntl": countries.alpha3(facts.nationality),
        "v": {
            "dn": dose.number,
            "tg": COVID_19_ICD11,
            "vp": dose.coded[1],
            "mp": dose.product,
            "ma": dose.maker_name,
            "bo": facts.known_lot(),
            "dt": dose.given_on.isoformat(),
            "is": facts.issuer,
        },
    }
    return signed_subclaim(subclaims.YELLOW_CARD, {name: value for name, value in health.items() if value}, facts, key)


EMITTER = Emitter("icvp", "hc1", emit)
