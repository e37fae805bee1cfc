"""ICAO's seals bring their own certificate; only a believed authority makes it count."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.certificates.formats.cast import NOW, TESTDATA, certificate, der, needs_testdata, signer, text64
from tiemchung.certificates.formats import Outcome, Reading, TrustList, Why, icao, read, trust_list
from tiemchung.certificates.formats.trust import key_of_certificate, kid_of

AUTHORITY = certificate("authority")
SIGNER = certificate("seal", issuer=("authority", AUTHORITY.subject))
SWISS = certificate("swiss", country="CH", issuer=("authority", AUTHORITY.subject))


def seal(by: str = "seal", made: Any = SIGNER, **changes: Any) -> str:
    dose = {"dvc": "2021-09-02", "seq": 1, "ctr": "VNM", "adm": "Trạm Y tế Bến Nghé", "lot": "AB12"}
    message = {
        "uvci": "VN0001",
        "pid": {"n": "NGUYEN  THI AN", "dob": "1985-03-05", "i": "C0000001"},
        "ve": [{"des": "XM68M6", "dis": "RA01.0", "nam": "Vaxzevria", "vd": [dose | changes]}],
    }
    data = {"hdr": {"t": "icao.vacc", "v": 1, "is": "VNM"}, "msg": message}
    signature = text64(signer(by).sign(icao.canonical(data)))
    return json.dumps(
        {"data": data, "sig": {"alg": "ES256", "cer": text64(der(made)), "sigvl": signature}}, ensure_ascii=False
    )


def reading(text: str, keys: TrustList | None = None) -> Reading:
    return read(text, keys=keys or trust_list([], [AUTHORITY]), now=NOW)


def test_a_seal_under_a_believed_authority_is_valid() -> None:
    found = reading(seal())
    assert (found.outcome, found.holder_name, found.birth_date) == (Outcome.VALID, "NGUYEN THI AN", "1985-03-05")
    assert (found.doses[0].lot, found.doses[0].country) == ("AB12", "VNM")


def test_spacing_and_order_of_the_json_do_not_matter() -> None:
    source = json.loads(seal())
    shuffled = {"sig": source["sig"], "data": {"msg": source["data"]["msg"], "hdr": source["data"]["hdr"]}}
    assert reading(json.dumps(shuffled, indent=2)).outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (seal(made=certificate("seal")), Why.UNKNOWN_KEY),
        (seal(by="stranger"), Why.BAD_SIGNATURE),
        (seal(by="swiss", made=SWISS), Why.COUNTRY_MISMATCH),
        (seal(dvc="2031-01-01"), Why.NOT_YET_VALID),
        (seal().replace("AB12", "AB13"), Why.BAD_SIGNATURE),
        (seal().replace("ES256", "ES384"), Why.UNSUPPORTED_ALGORITHM),
        ('{"icao.vacc"', Why.DAMAGED),
        ('{"data":{"hdr":{"t":"icao.other"}}}', Why.UNSUPPORTED_CONTENT),
    ],
)
def test_each_fault_is_named(text: str, why: Why) -> None:
    assert reading(text).why is why


VACCINATION, TEST = "1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.4.1.1847.2021.1.1"
SEALS, MASTER_LISTS = "2.23.136.1.1.14.2", "2.23.136.1.1.3"
DOCUMENTS, SERVERS = "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.1"


@pytest.mark.parametrize(
    ("purposes", "why"),
    [
        ((), Why.GENUINE),
        ((VACCINATION,), Why.GENUINE),
        (("1.3.6.1.4.1.0.1847.2021.1.2",), Why.GENUINE),
        ((SEALS,), Why.GENUINE),
        ((SERVERS, SEALS), Why.GENUINE),
        ((TEST,), Why.WRONG_KEY_USAGE),
        ((DOCUMENTS,), Why.WRONG_KEY_USAGE),
        ((MASTER_LISTS,), Why.WRONG_KEY_USAGE),
        ((SERVERS,), Why.WRONG_KEY_USAGE),
        (("2.23.136.1.1.140.2",), Why.WRONG_KEY_USAGE),
    ],
)
def test_a_signer_made_for_something_else_seals_nothing(purposes: tuple[str, ...], why: Why) -> None:
    made = certificate("seal", issuer=("authority", AUTHORITY.subject), purposes=purposes)
    assert reading(seal(made=made)).why is why


@pytest.mark.parametrize(("purpose", "why"), [("CARD", Why.WRONG_KEY_USAGE), ("PASSPORT", Why.GENUINE)])
def test_the_key_of_our_cards_seals_nothing(purpose: str, why: Why) -> None:
    ours = replace(key_of_certificate(der(SIGNER)), purpose=purpose)
    assert reading(seal(), trust_list([ours], [AUTHORITY])).why is why


def test_a_key_that_was_given_up_seals_nothing_whatever_it_was_for() -> None:
    assert reading(seal(), trust_list([], [AUTHORITY], given_up=[kid_of(der(SIGNER))])).why is Why.REVOKED


def test_another_countrys_authority_vouches_for_its_own_seals_and_never_for_ours() -> None:
    theirs = trust_list([], foreign_authorities=[AUTHORITY])
    assert reading(seal(), theirs).why is Why.COUNTRY_MISMATCH
    source = json.loads(seal(by="swiss", made=SWISS))
    source["data"]["hdr"]["is"] = "CHE"
    source["sig"]["sigvl"] = text64(signer("swiss").sign(icao.canonical(source["data"])))
    assert reading(json.dumps(source), theirs).why is Why.GENUINE


def test_a_revoked_seal_is_named_so() -> None:
    assert read(seal(), keys=trust_list([], [AUTHORITY]), now=NOW, revoked=lambda h: True).why is Why.REVOKED


def test_the_signed_bytes_are_those_of_rfc_8785() -> None:
    item = {"\u20ac": 1, "\r": "\u000f\n\\", "1": [True, None], "\U0001f600": "ữ", "\ufb33": {}}
    expected = '{"\\r":"\\u000f\\n\\\\","1":[true,null],"\u20ac":1,"\U0001f600":"ữ","\ufb33":{}}'
    assert icao.canonical(item) == expected.encode()


def test_a_fraction_is_not_signed_data() -> None:
    with pytest.raises(ValueError, match="number"):
        icao.canonical({"v": [1.5]})


@needs_testdata
def test_the_published_seals_hold_their_own_signature() -> None:
    found = reading((TESTDATA / "gdhcn-validator" / "ICAOAUQR1Contents.txt").read_text())
    assert (found.why, found.holder_name, found.layers) == (
        Why.UNKNOWN_KEY,
        "CITIZEN JANE SUE",
        (("chain", True), ("signature", True)),
    )
