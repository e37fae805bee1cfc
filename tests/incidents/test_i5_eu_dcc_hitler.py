"""I5: validly signed passes of Adolf Hitler and Mickey Mouse, October 2021.

Portals signed what their users typed, some before it was stored, and the signature was the only check; one key covered
a country, so that revoking it hurt everybody. Here a key signs what follows from committed doses and nothing else.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from cbor2 import dumps, loads

from tests.builders import NOW, a_person
from tests.certificates.central_cast import a_ready_person, a_vaccinated_person, centre_signs, certificate_of
from tiemchung.certificates.actions import central_batch, note_unknown, refresh_card
from tiemchung.certificates.actions.central_batch import sign_batch
from tiemchung.certificates.formats import dcc, hc1, uvci
from tiemchung.certificates.issuing import Draft, claims_of, lint
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.log import hash_of_number
from tiemchung.certificates.models import Certificate, Passport, SigningKey
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import KeyPurpose, PassportState
from tiemchung.core.alarms import alarms
from tiemchung.core.ids import new_id

pytestmark = pytest.mark.django_db

NAMES = ("Adolf Hitler", "Mickey Mouse", "Nguyễn Văn A", "SpongeBob", "Trần Thị Bình")
SHORT = dcc.Holder("Nguyễn", "An", "1990-05-17")
PRODUCTS = (("1119349007", "EU/1/20/1528", "ORG-100030215"), ("29061000087103", "EU/1/21/1529", "ORG-100001699"))


def a_random_payload(chance: random.Random) -> bytes:
    """Give claims that the schema accepts, of nobody in particular, as a portal's form would make them."""
    family, _, given = chance.choice(NAMES).partition(" ")
    vaccine, product, maker = chance.choice(PRODUCTS)
    number = chance.randrange(1, 4)
    dose = dcc.VaccineDose(vaccine, product, maker, number, number, NOW.date(), issuer="Bộ Y tế")
    holder = dcc.Holder(family, given, f"{chance.randrange(1900, 2008)}-{chance.randrange(1, 13):02}-01")
    return claims_of((holder, dose), uvci.new_uvci(), NOW, NOW.replace(year=NOW.year + 1))


def an_intent(payload: bytes, person_id: object) -> Certificate:
    """Write an intent with that payload past every action, as somebody with the database in their hands could."""
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    return Certificate(
        person_id=person_id, kind="PASSPORT", uvci=uvci.new_uvci(), payload=payload, kid=key.kid, content=bytes(32),
        dose_id=new_id(), state="INTENT", issued_at=NOW.replace(hour=1), expires_at=NOW.replace(year=NOW.year + 1),
    )  # fmt: skip


def test_of_ten_thousand_payloads_without_a_committed_dose_none_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    a_ready_person()
    centre_signs()  # so that there is a key
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    nobodies = [new_id() for _ in range(9_000)]
    unsigned = [a_vaccinated_person() for _ in range(3)]  # doses on record, none signed by its facility
    bare = [a_person().person_id for _ in range(3)]  # no dose at all
    persons = [*nobodies, *unsigned, *bare]
    asked: list[bytes] = []
    monkeypatch.setattr(central_batch, "signer_of", lambda kid, store: _Counting(signer_of(kid, store), asked))
    left = 10_000
    while left > 0:
        some = persons[: min(left, len(persons))]
        Certificate.objects.bulk_create(an_intent(a_random_payload(chance), person) for person in some)
        left -= len(some)
        for _ in range(-(-len(some) // 500) + 1):
            assert sign_batch(at=NOW).issued == 0, f"seed {seed}"
    assert asked == []
    assert Certificate.objects.filter(state="DROPPED").count() == 10_000
    assert not Certificate.objects.filter(state="INTENT").exists()


class _Counting:
    def __init__(self, signer: object, asked: list[bytes]) -> None:
        self._signer, self._asked = signer, asked

    def sign_many(self, messages: list[bytes]) -> list[bytes]:
        self._asked += messages
        return self._signer.sign_many(messages)  # type: ignore[attr-defined,no-any-return]


def test_the_counter_of_the_test_above_does_see_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    monkeypatch.setattr(central_batch, "signer_of", lambda kid, store: _Counting(signer_of(kid, store), asked))
    a_ready_person()
    assert sign_batch(at=NOW).issued == 1
    assert len(asked) == 1


def test_a_payload_put_into_a_real_persons_intent_is_dropped_and_the_true_one_is_signed() -> None:
    person = a_ready_person("Nguyễn Thị Minh Châu")
    other = a_ready_person()
    centre_signs()
    Passport.objects.filter(person_id=person).update(state=PassportState.FACILITY_SIGNED)
    Certificate.objects.filter(person_id=person).update(state="DROPPED")
    an_intent(a_random_payload(random.Random(1)), person).save(force_insert=True)
    centre_signs()
    assert hc1.unpack(certificate_of(person).hc1).content.holder_name == "Nguyễn Thị Minh Châu"
    assert certificate_of(other).state == "ISSUED"


def test_a_draft_that_says_something_else_than_the_ledger_fails_its_trial() -> None:
    holder = SHORT
    vaccine, product, maker = PRODUCTS[0]
    dose = dcc.VaccineDose(vaccine, product, maker, 2, 2, NOW.date())
    ends, number = NOW.replace(year=NOW.year + 1), uvci.new_uvci()

    def tried(**changed: object) -> str:
        parts = changed.pop("parts", (holder, dose))
        claims = claims_of(parts, number, NOW, ends)  # type: ignore[arg-type]
        facts = {"claims": claims, "number": number, "issued_at": NOW, "expires_at": ends, "parts": (holder, dose)}
        draft = Draft(id=new_id(), person_id=new_id(), content=b"", dose_id=new_id(), **facts | changed)  # type: ignore[arg-type]
        return lint(draft, whole=True)

    assert tried() == ""
    assert tried(parts=(dcc.Holder("Hitler", "Adolf", "1900-01-01"), dose)) == "LINT_HOLDER"
    assert tried(parts=(holder, dcc.VaccineDose(vaccine, product, maker, 3, 3, NOW.date()))) == "LINT_DOSE"
    assert tried(number=uvci.new_uvci()) == "LINT_HOLDER"
    assert tried(expires_at=NOW) == "LINT_CLAIMS"


LONG = dcc.Holder("Nguyễn", "An" + " Thị" * 30, "1990-05-17")  # longer than a certificate has room for
SAID: list[tuple[dcc.Holder, Callable[[dict[Any, Any]], Any], str]] = [
    (SHORT, lambda said: None, ""),
    (LONG, lambda said: None, ""),
    (SHORT, lambda said: said[-260][1]["nam"].update(fnt="HITLER", gnt="ADOLF"), "LINT_HOLDER"),
    (SHORT, lambda said: said[-260][1]["nam"].update(fnt="NGUYEN<AN", gnt="X"), "LINT_HOLDER"),
    (SHORT, lambda said: said[-260][1]["nam"].update(fn="Nguyễn An", gn="An"), "LINT_HOLDER"),
    (LONG, lambda said: said[-260][1].update(nam={"fn": "Hitler", "fnt": "HITLER"}), "LINT_HOLDER"),
    (SHORT, lambda said: said[-260][1].update(dob="1990-05"), "LINT_HOLDER"),
    (SHORT, lambda said: said[-260][1].update(extra="x"), "LINT_SCHEMA"),
    (SHORT, lambda said: said[-260][1]["v"][0].update(extra="x"), "LINT_DOSE"),
    (SHORT, lambda said: said[-260][1].update(v=said[-260][1]["v"] * 2), "LINT_SCHEMA"),
    (SHORT, lambda said: said[-260][1]["v"][0].update(dn=3), "LINT_DOSE"),
    (SHORT, lambda said: said[-260][1]["v"][0].update(dn=2.0), "LINT_SCHEMA"),
    (SHORT, lambda said: said[-260].update({2: "x"}), "LINT_CLAIMS"),
    (SHORT, lambda said: said.update({7: b"id"}), "LINT_CLAIMS"),
    (SHORT, lambda said: said.update({1: "DE"}), "LINT_CLAIMS"),
    (SHORT, lambda said: said.update({4: said[4] + 1}), "LINT_CLAIMS"),
    (SHORT, lambda said: said.update({6: said[6] - 1}), "LINT_CLAIMS"),
]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("holder", "change", "code"), SAID)
def test_of_every_draft_the_trial_compares_each_claim_and_each_field(
    holder: dcc.Holder, change: Callable[[dict[Any, Any]], Any], code: str, whole: bool
) -> None:
    vaccine, product, maker = PRODUCTS[0]
    parts = (holder, dcc.VaccineDose(vaccine, product, maker, 2, 2, NOW.date()))
    ends, number = NOW.replace(year=NOW.year + 1), uvci.new_uvci()
    said = loads(claims_of(parts, number, NOW, ends))
    change(said)
    draft = Draft(new_id(), new_id(), number, dumps(said), b"", new_id(), NOW, ends, parts=parts)
    # Whole, the scratch key's own country is looked at first.
    assert lint(draft, whole=whole) == ("LINT_COUNTRY_MISMATCH" if whole and said[1] != "VN" else code)


def test_the_trial_looks_at_every_draft_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    persons, tried = [a_ready_person() for _ in range(3)], list[bool]()
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: tried.append(whole) or lint(draft, whole=whole))
    assert sign_batch(at=NOW).issued == len(persons)
    assert tried == [True, False, False]


def test_a_code_signed_with_the_stolen_key_is_unknown_online_and_raises_an_alarm_at_once() -> None:
    a_ready_person()
    centre_signs()
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    signer, number = signer_of(bytes(key.kid), key.store), uvci.new_uvci()
    vaccine, product, maker = PRODUCTS[0]
    payload = dcc.vaccination(
        dcc.Holder("Mouse", "Mickey", "1928-11-18"), dcc.VaccineDose(vaccine, product, maker, 2, 2, NOW.date()), number
    )
    text = hc1.issue(payload, signer=signer, kid=signer.kid, issued_at=NOW, expires_at=NOW.replace(year=NOW.year + 1))
    assert state_of_number(hash_of_number(number), NOW) is NumberState.UNKNOWN
    first = note_unknown(hc1=text, at=NOW)
    assert note_unknown(hc1=text, at=NOW) == first
    told = [one for one in alarms(unseen=True) if one.code == "UNKNOWN_CERTIFICATE"]
    assert [one.facts["number_hash"] for one in told] == [hash_of_number(number).hex()]
    assert "Mickey" not in str(told)


def test_a_person_without_a_dose_gets_no_card_certificate_either() -> None:
    person = a_person().person_id
    assert not refresh_card(person_id=person, at=NOW).issued
    assert not Certificate.objects.filter(person_id=person).exists()
