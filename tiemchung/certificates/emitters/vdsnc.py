"""ICAO's visible digital seal (VDS-NC): signed JSON that brings its certificate and binds to a travel document."""

from hashlib import sha256
from typing import Any

from tiemchung.certificates.emitters.encoding import compact_json, text64
from tiemchung.certificates.emitters.facts import COUNTRY_3, COVID_19_ICD11, CertificateFacts, EmissionKey, NotEmittable
from tiemchung.certificates.emitters.registry import Emitted, Emitter
from tiemchung.certificates.formats import icao, mrz

# The seal's number has twelve letters and digits: the country, and 50 bits of the certificate's own number.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NAME_LENGTH = 39


def number_of(number: str) -> str:
    """Give the seal's own number, made of the certificate's."""
    drawn = sha256(f"vds-nc {number}".encode()).digest()[:10]
    return "VN" + "".join(_LETTERS[byte & 31] for byte in drawn)


def _person(facts: CertificateFacts) -> dict[str, str]:
    family, given = mrz.transliterate(facts.family_name), mrz.transliterate(facts.given_name)
    name = f"{family}  {given}".strip().replace("<", " ")[:_NAME_LENGTH].rstrip()
    return {"n": name, "dob": facts.whole_birth_date(), "i": facts.travel_document} | (
        {"sex": facts.sex} if facts.sex else {}
    )


def message_of(facts: CertificateFacts) -> dict[str, Any]:
    """Give the seal's message; raises NotEmittable without a travel document, a whole birth date or an ICD-11 code."""
    if not facts.travel_document:
        raise NotEmittable("TRAVEL_DOCUMENT_MISSING")
    events = []
    for dose in facts.doses:
        if not dose.icd11:
            raise NotEmittable("VACCINE_WITHOUT_ICD11")
        shot = {"dvc": dose.given_on.isoformat(), "seq": dose.number, "ctr": COUNTRY_3, "adm": dose.place}
        shot |= {"lot": dose.lot} if dose.lot else {}
        events.append({"des": dose.icd11, "nam": dose.product_name, "dis": COVID_19_ICD11, "vd": [shot]})
    return {"uvci": number_of(facts.number), "pid": _person(facts), "ve": events}


def emit(facts: CertificateFacts, key: EmissionKey) -> Emitted:
    """Give the seal as JSON text, signed over its canonical form (RFC 8785)."""
    data = {"hdr": {"t": "icao.vacc", "v": 1, "is": COUNTRY_3}, "msg": message_of(facts)}
    signed = icao.canonical(data)
    seal = {"alg": "ES256", "cer": text64(key.certificate), "sigvl": text64(key.signer.sign(signed))}
    return Emitted(compact_json({"data": data, "sig": seal}).decode(), signed)


EMITTER = Emitter("vdsnc", "icao", emit, binds_to_document=True)
