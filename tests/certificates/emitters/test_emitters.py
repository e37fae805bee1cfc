"""What an emitter writes, our own reader believes; nothing that was changed, and nothing from half the facts."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certificates.emitters.cast import ADDRESS, FACTS, PFIZER, SIGNER, believed, facts, key
from tests.certificates.formats.cast import NOW, TESTDATA, certificate, der, needs_testdata
from tiemchung.certificates.emitters import NotEmittable, emitters
from tiemchung.certificates.emitters.ddcc import core_data
from tiemchung.certificates.emitters.shc import jwk_of, rid_of, thumbprint_of
from tiemchung.certificates.emitters.vdsnc import number_of
from tiemchung.certificates.formats import Outcome, Why, cose, hc1, jws, read, shc, subclaims, trust, trust_list
from tiemchung.core.clock import VIETNAM

ALL = sorted(emitters())
SIGNED_BYTES = {
    "hc1": lambda text: cose.parse(hc1.to_cose(text)).signed_bytes,
    "shc": lambda text: jws.parse(shc.to_jws(text)).signed_bytes,
}


def text_of(code: str, **changes: object) -> str:
    return emitters()[code].emit(facts(**changes), key()).text


def test_each_file_of_the_folder_is_a_form() -> None:
    assert ALL == ["ddcc", "icvp", "shc", "vdsnc"]


@pytest.mark.parametrize("code", ALL)
def test_our_reader_believes_it_and_reads_the_same_facts(code: str) -> None:
    reading = read(text_of(code), keys=believed(), now=NOW)
    assert (reading.outcome, reading.why, reading.format) == (Outcome.VALID, Why.GENUINE, emitters()[code].read_by)
    assert reading.birth_date == "1985-03-05"
    assert reading.holder_name == ("NGUYEN  THI AN".replace("  ", " ") if code == "vdsnc" else "Nguyễn Thị An")
    last = reading.doses[-1]
    assert (last.number, last.given_on, last.lot) == (2, "2021-10-01", "FG7898")


@pytest.mark.parametrize("code", ["ddcc", "icvp", "shc"])
def test_it_ends_when_the_passport_ends(code: str) -> None:
    almost, over = FACTS.expires_at - timedelta(seconds=1), FACTS.expires_at + timedelta(seconds=1)
    assert read(text_of(code), keys=believed(), now=almost).why is Why.GENUINE
    assert read(text_of(code), keys=believed(), now=over).why is Why.EXPIRED


@pytest.mark.parametrize("code", ALL)
def test_no_turned_bit_reads_as_valid(code: str) -> None:
    text, dice = text_of(code), random.Random(code)
    places = dice.sample(range(len(text)), min(len(text), 300))
    turned = [f"{text[:at]}{chr(ord(text[at]) ^ 1 << dice.randrange(7))}{text[at + 1 :]}" for at in places]
    assert [t for t in turned if read(t, keys=believed(), now=NOW).outcome is Outcome.VALID] == []


@pytest.mark.parametrize("code", ALL)
def test_a_stranger_with_our_key_id_is_not_believed(code: str) -> None:
    stranger = der(certificate("stranger"))
    foreign = [trust.TrustedKey(k.kid, trust.key_of_certificate(stranger).public_key, "VN", issuer=k.issuer)
               for group in believed().keys.values() for k in group]  # fmt: skip
    reading = read(text_of(code), keys=trust_list(foreign), now=NOW)
    assert reading.why is (Why.UNKNOWN_KEY if code == "vdsnc" else Why.BAD_SIGNATURE)


@pytest.mark.parametrize("code", ["ddcc", "icvp", "shc"])
def test_the_bytes_told_to_the_log_are_those_that_were_signed(code: str) -> None:
    made = emitters()[code].emit(FACTS, key())
    assert SIGNED_BYTES[emitters()[code].read_by](made.text) == made.signed_bytes


@pytest.mark.parametrize(
    ("code", "changes", "missing"),
    [
        ("icvp", {"birth_date": "1985"}, "BIRTH_INCOMPLETE"),
        ("icvp", {"doses": (replace(PFIZER, lot=""),)},
        "LOT_MISSING"),
        ("ddcc", {"doses": (replace(PFIZER, lot=""),)},
        "LOT_MISSING"),
        ("vdsnc", {"travel_document": ""}, "TRAVEL_DOCUMENT_MISSING"),
        ("vdsnc", {"birth_date": "1985-03"}, "BIRTH_INCOMPLETE"),
        ("vdsnc", {"doses": (replace(PFIZER, icd11=""),)},
         "VACCINE_WITHOUT_ICD11"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_and_nothing_is_signed(code: str, changes: dict[str, object], missing: str) -> None:
    with pytest.raises(NotEmittable) as refused:
        emitters()[code].emit(facts(**changes), key())
    assert refused.value.code == missing


def test_a_card_names_an_address_that_wallets_may_ask() -> None:
    with pytest.raises(NotEmittable) as refused:
        emitters()["shc"].emit(FACTS, key("http://tiemchung.example"))
    assert refused.value.code == "ADDRESS_NOT_HTTPS"
    assert jws.parse(shc.to_jws(text_of("shc"))).payload["iss"] == ADDRESS


@pytest.mark.parametrize("hour", [0, 6, 7, 12, 23])
def test_the_core_data_sets_days_are_vietnams(hour: int) -> None:
    local = datetime(2026, 11, 23, hour, 30, tzinfo=VIETNAM)
    given = facts(issued_at=local.astimezone(UTC), expires_at=(local + timedelta(days=365)).astimezone(UTC))
    assert core_data(given, b"kid")["certificate"]["period"] == {"start": "2026-11-23", "end": "2027-11-23"}


@needs_testdata
def test_a_web_key_is_named_by_its_thumbprint_as_the_published_keys_are() -> None:
    published = json.loads((TESTDATA / "shc/example-issuer-jwks.json").read_text("utf-8"))["keys"]
    assert [thumbprint_of(jwk) for jwk in published] == [jwk["kid"] for jwk in published]
    assert published


def test_a_web_key_has_coordinates_of_32_bytes() -> None:
    jwk = jwk_of(der(SIGNER))
    assert set(jwk) == {"kid", "use", "alg", "crv", "kty", "x", "y"}
    assert len(trust.b64url(jwk["x"])) == len(trust.b64url(jwk["y"])) == 32
    assert jwk["kid"] == thumbprint_of(jwk)


def test_the_numbers_made_of_a_number_fit_their_form_and_do_not_show_it() -> None:
    assert len(rid_of(FACTS.number)) == 22
    assert len(number_of(FACTS.number)) == 12
    assert FACTS.number[-10:] not in rid_of(FACTS.number) + number_of(FACTS.number)


def test_no_form_but_the_seal_holds_an_identity_number() -> None:
    for code in ("icvp", "ddcc", "shc"):
        content = read(text_of(code), keys=believed(), now=NOW).content
        assert FACTS.travel_document not in repr(content)


@pytest.mark.parametrize("code", ["icvp", "ddcc"])
def test_the_sub_claim_is_the_networks_own(code: str) -> None:
    found = hc1.unpack(text_of(code))
    assert found.subclaim == {"icvp": subclaims.YELLOW_CARD, "ddcc": subclaims.DDCC_VACCINATION}[code]
    assert found.content.doses[0].certificate_id == ("" if code == "icvp" else FACTS.number)


@given(st.text(min_size=1, max_size=80).filter(str.strip), st.text(max_size=12), st.sampled_from(ALL))
def test_any_name_and_lot_that_is_written_reads_back(name: str, lot: str, code: str) -> None:
    shots = tuple(replace(dose, lot=lot) for dose in FACTS.doses)
    try:
        text = text_of(code, full_name=name, family_name=name, given_name="", doses=shots)
    except NotEmittable:
        return
    assert read(text, keys=believed(), now=NOW).outcome is Outcome.VALID
