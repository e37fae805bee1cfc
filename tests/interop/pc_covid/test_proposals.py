"""What a citizen proposes in PC-Covid is shown at once as declared, has an owner and a due time, and lowers nothing."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.doses.conftest import days_ago
from tests.following import unsettled_too
from tests.interop.pc_covid.conftest import AGREED
from tiemchung.cases.actions import claim_case, open_case, refuse_case
from tiemchung.cases.models import Case, CaseByRef
from tiemchung.cases.rules import CaseState, Claim
from tiemchung.doses.models import Dose
from tiemchung.doses.reads import birth_of, doses_of, record_of
from tiemchung.doses.rules import DoseState
from tiemchung.interop.pc_covid import tasks
from tiemchung.interop.pc_covid.content import news_of
from tiemchung.interop.pc_covid.keys import REQUESTS, dose_ref, key_for
from tiemchung.interop.pc_covid.models import SeenNonce
from tiemchung.interop.pc_covid.nonces import forget_nonces
from tiemchung.interop.pc_covid.proposal import BadProposal, read_proposal
from tiemchung.interop.pc_covid.telling import version_of
from tiemchung.interop.pc_covid.words import WORDS, words_of
from tiemchung.interop.signature import HEADER, sign_request
from tiemchung.people.reads import holder_of

ADDRESS = "/interop/pc-covid/proposals"
PHONE, NAME, BORN = "0900054321", "Đào Thị Hoa", dt.date(1990, 5, 17)


@pytest.fixture(autouse=True)
def just_now(settings: Any) -> Any:
    """Stand in the tests' present, with a key agreed."""
    settings.PC_COVID_KEY = AGREED
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def person(db: None) -> UUID:
    """Give Hoa, who is on record with her phone and without a dose."""
    return builders.a_person(NAME, BORN, phones=[(PHONE, "OWN")]).person_id


def proposal(**changes: Any) -> dict[str, Any]:
    """Give Hoa's declaration of one dose, with changes."""
    dose = {"product": "PFIZER", "given_on": str(days_ago(60)), "lot_number": "FA1", "place_name": "Trạm Y tế Bến Nghé"}
    ask = {"id": "p-1", "phone": PHONE, "full_name": NAME, "birth_date": str(BORN), "doses": [dose]}
    return {name: value for name, value in (ask | changes).items() if value is not None}


def post(ask: Any, *, key: bytes = b"", nonce: str = "", lang: str = "vi") -> Any:
    """Sign and post as the partner does."""
    body = ask if isinstance(ask, bytes) else json.dumps(ask).encode()
    header = sign_request(key or key_for(REQUESTS, AGREED), body, unix_s=int(NOW.timestamp()), nonce=nonce)
    return Client().post(
        ADDRESS, body, content_type="application/json", headers={HEADER: header, "Accept-Language": lang}
    )


def case_of(answer: Any) -> Case:
    """Give the case whose number the answer names."""
    row = CaseByRef.objects.get(ref=answer.json()["ref"])
    return Case.objects.get(contact_key=row.contact_key, id=row.case_id)


def test_a_declared_dose_is_shown_at_once_and_becomes_a_case(person: UUID) -> None:
    answer = post(proposal())
    assert answer.status_code == 202
    assert answer.json()["declared"] is True
    (dose,) = doses_of([person])
    assert (dose.state, dose.counted, dose.facts.given_on) == (DoseState.DECLARED, False, days_ago(60))
    case = case_of(answer)
    assert (case.kind, case.door, case.person_id, case.dose_id) == ("DOSE_DECLARED", "PARTNER", person, dose.id)
    assert case.due_at == NOW + dt.timedelta(hours=48)
    assert answer.json()["shown_ref"].replace(" ", "") == "PA" + case.ref


def test_the_same_proposal_again_is_one_case_and_one_dose(person: UUID) -> None:
    first, again = post(proposal()), post(proposal())
    assert first.json() == again.json()
    assert Case.objects.count() == len(doses_of([person])) == 1


def test_a_proposals_id_used_for_something_else_is_refused(person: UUID) -> None:
    post(proposal())
    answer = post(proposal(text="khác"))
    assert (answer.status_code, answer.json()["code"]) == (409, "KEY_REUSED")


def test_a_request_heard_before_is_refused(person: UUID) -> None:
    assert post(proposal(), nonce="a" * 32).status_code == 202
    answer = post(proposal(), nonce="a" * 32)
    assert (answer.status_code, answer.json()["code"]) == (409, "REPLAYED")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_old_nonces_are_forgotten_when_their_signature_is_stale() -> None:
    SeenNonce.objects.create(nonce="old", at=NOW - dt.timedelta(minutes=11))
    SeenNonce.objects.create(nonce="new", at=NOW - dt.timedelta(minutes=9))
    forget_nonces(NOW)
    assert [row.nonce for row in SeenNonce.objects.all()] == ["new"]


@pytest.mark.parametrize("key", [key_for(REQUESTS, "another"), key_for("numbers", AGREED)])
def test_a_stranger_gets_an_empty_no(person: UUID, key: bytes) -> None:
    answer = post(proposal(), key=key)
    assert (answer.status_code, answer.content) == (403, b"")
    assert not Case.objects.exists()


def test_while_no_key_is_agreed_the_door_is_shut(person: UUID, settings: Any) -> None:
    settings.PC_COVID_KEY = ""
    assert post(proposal()).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"full_name": "Đào Thị Huệ"}, {"birth_date": "1990-05-18"}, {"phone": "0900054322"}]
)
def test_who_does_not_fit_the_phone_gets_a_case_and_no_dose(person: UUID, wrong: dict[str, str]) -> None:
    answer = post(proposal(**wrong))
    assert (answer.status_code, answer.json()["declared"]) == (202, False)
    assert doses_of([person]) == ()
    case = case_of(answer)
    assert (case.kind, case.person_id) == ("DOSE1_MISSING", None)


def test_a_number_on_record_proves_the_person_whose_name_is_written_otherwise(db: None) -> None:
    cccd = builders.a_cccd()
    person = builders.a_person(NAME, BORN, phones=[(PHONE, "OWN")], identifiers=[("CCCD", cccd)]).person_id
    answer = post(proposal(full_name="Đào Hoa", number=cccd))
    assert answer.json()["declared"] is True
    assert len(doses_of([person])) == 1


def test_two_who_fit_are_left_to_a_desk(person: UUID) -> None:
    twin = builders.a_person(NAME, BORN, phones=[(PHONE, "FAMILY")]).person_id
    answer = post(proposal())
    assert answer.json()["declared"] is False
    assert doses_of([person]) == doses_of([twin]) == ()
    assert case_of(answer).person_id is None


def test_a_dose_that_is_on_record_is_neither_declared_nor_reported_again(person: UUID) -> None:
    builders.a_dose(person, given_on=days_ago(60))
    answer = post(proposal())
    assert (answer.status_code, answer.json()) == (200, {"on_record": True, "stale": False})
    assert not Case.objects.exists()
    assert [dose.counted for dose in doses_of([person])] == [True]


def test_a_stale_proposal_lowers_nothing(person: UUID, settings: Any) -> None:
    settings.PC_COVID = "http://127.0.0.1:9/v1/news"
    for days in (90, 60):
        builders.a_dose(person, given_on=days_ago(days))
    with unsettled_too():
        while tasks.follow_ledger(NOW):
            pass
    before = list(Dose.objects.filter(profile_id=person).order_by("id").values())
    card = record_of([person], birth=birth_of(BORN, "DAY"), on=days_ago(0)).card
    first = sorted(doses_of([person]), key=lambda dose: dose.facts.given_on)[0]
    wrong = [{"ref": dose_ref(first.id), "product": "ABDALA", "given_on": str(days_ago(300))}]
    for n, ask in enumerate(
        [proposal(), proposal(kind="DOSE_WRONG", doses=wrong), proposal(kind="NEVER_GIVEN", doses=wrong)]
    ):
        answer = post(ask | {"id": f"stale-{n}", "base_version": 0})
        assert answer.status_code in {200, 202}, answer.content
        assert answer.json()["stale"] is True
    assert list(Dose.objects.filter(profile_id=person).order_by("id").values()) == before
    assert record_of([person], birth=birth_of(BORN, "DAY"), on=days_ago(0)).card == card
    assert version_of(person) >= 1


def test_a_dose_that_is_wrong_is_pointed_at_by_the_name_it_was_told_under(person: UUID) -> None:
    recorded = builders.a_dose(person, given_on=days_ago(60)).dose
    wrong = [{"ref": dose_ref(recorded.id), "product": "PFIZER", "given_on": str(days_ago(61))}]
    case = case_of(post(proposal(kind="DOSE_WRONG", doses=wrong)))
    assert (case.kind, case.dose_id) == ("DOSE_WRONG", recorded.id)


def test_personal_data_are_proposed_and_not_changed(person: UUID) -> None:
    answer = post(proposal(kind="PERSONAL_DATA", doses=None, wanted={"full_name": "Đào Thị Hoà"}))
    assert answer.status_code == 202
    assert holder_of(person).full_name == NAME


DOSE = {"product": "PFIZER", "given_on": str(days_ago(60)), "place_name": "Nhà văn hóa thôn"}
BAD: list[tuple[Any, int, str]] = [
    (b"", 400, "NOT_JSON"),
    (b"{", 400, "NOT_JSON"),
    (b"[]", 400, "NOT_JSON"),
    (b"\xff\xfe", 400, "NOT_JSON"),
    (b"[" * 20_000, 400, "NOT_JSON"),
    (b" " * 40_000, 413, "TOO_LONG"),
    (proposal(id=None), 422, "FIELD_MISSING"),
    (proposal(id="x" * 81), 422, "FIELD_WRONG"),
    (proposal(id={"a": 1}), 422, "FIELD_WRONG"),
    (proposal(phone="190000"), 422, "FIELD_WRONG"),
    (proposal(full_name="Ho\x00a"), 422, "FIELD_WRONG"),
    (proposal(full_name="\ud800"), 422, "FIELD_WRONG"),
    (proposal(full_name="1234"), 422, "FIELD_WRONG"),
    (proposal(full_name="А" * 100_0), 422, "FIELD_WRONG"),
    (proposal(birth_date="1990-02-30"), 422, "FIELD_WRONG"),
    (proposal(birth_date="17/05/1990"), 422, "FIELD_WRONG"),
    (proposal(birth_date="0000"), 422, "FIELD_WRONG"),
    (proposal(birth_date="2999-01-01"), 422, "CLAIM_BIRTH_FUTURE"),
    (proposal(number="no number"), 422, "FIELD_WRONG"),
    (proposal(kind="BULK"), 422, "KIND_NOT_HERE"),
    (proposal(doses=None), 422, "DOSE_MISSING"),
    (proposal(doses=[]), 422, "DOSE_MISSING"),
    (proposal(doses=[{}] * 2), 422, "DOSE_MISSING"),
    (proposal(doses=[{"product": "PFIZER"}]), 422, "DOSE_MISSING"),
    (proposal(doses="PFIZER"), 422, "FIELD_WRONG"),
    (proposal(doses=[{"product": "SNAKE_OIL", "given_on": "2021-09-01"}]), 422, "PRODUCT_UNKNOWN"),
    (proposal(doses=[{"product": "PFIZER", "given_on": "2027-01-01"}]), 422, "GIVEN_IN_FUTURE"),
    (proposal(doses=[{"product": "PFIZER", "given_on": "1980-01-01"}]), 422, "CLAIM_DOSE_BEFORE_BIRTH"),
    (proposal(doses=[{"product": "PFIZER", "given_on": "2021-9-1"}]), 422, "FIELD_WRONG"),
    (proposal(doses=[{"product": "PFIZER", "given_on": "2021-09-01", "order": 10**400}]), 422, "FIELD_WRONG"),
    (proposal(wanted={"phone": "0900054321"}), 422, "FIELD_WRONG"),
    (proposal(base_version=-1), 422, "FIELD_WRONG"),
    (proposal(base_version=True), 422, "FIELD_WRONG"),
    (proposal(text="x" * 2001), 422, "FIELD_WRONG"),
    (proposal(language="fr"), 422, "FIELD_WRONG"),
    (proposal(name_confirmed="yes"), 422, "FIELD_WRONG"),
    (proposal(wanted_name_confirmed=1), 422, "FIELD_WRONG"),
    (proposal(doses=[DOSE | {"area": "79"}]), 422, "FIELD_WRONG"),
    (proposal(doses=[DOSE | {"area": {"district": "760"}}]), 422, "FIELD_WRONG"),
    (proposal(doses=[DOSE | {"area": {"province": 79}}]), 422, "FIELD_WRONG"),
    (proposal(doses=[DOSE | {"area": {"province": "99"}}]), 422, "AREA_UNKNOWN"),
    (proposal(doses=[DOSE | {"area": {"province": "79", "commune": "Nơi Không Có"}}]), 422, "AREA_UNKNOWN"),
    (proposal(doses=[DOSE | {"area": {"commune": "Tân"}}]), 422, "AREA_MANY"),
]


@pytest.mark.parametrize(("ask", "status", "code"), BAD)
def test_bad_input_gets_a_problem_in_the_readers_language(person: UUID, ask: Any, status: int, code: str) -> None:
    for lang in ("vi", "en"):
        answer = post(ask, lang=lang)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
        body = answer.json()
        assert (body["code"], body["status"], answer["Content-Language"]) == (code, status, lang)
        assert body["title"] == words_of(code, lang, field=body.get("field", ""))
        assert "Hoa" not in body["title"]
    assert not Case.objects.exists()
    assert not Dose.objects.exists()


@pytest.mark.django_db
def test_guessing_at_a_phone_ends_soon(person: UUID) -> None:
    answers = [post(proposal(id=f"g-{n}", birth_date=f"1991-01-{n + 1:02}")) for n in range(7)]
    assert [a.status_code for a in answers] == [202] * 5 + [429] * 2
    assert answers[-1].json()["code"] == "TOO_MANY_TRIES"


def test_both_languages_have_words_for_everything() -> None:
    assert all(vi and en and vi != en for vi, en in WORDS.values())
    assert {code for _, _, code in BAD} <= WORDS.keys()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*proposal(), "kind", "number", "wanted", "text"), JSON)))
@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_at_all_is_read_or_refused_by_name(odd: dict[str, Any]) -> None:
    said = ""
    try:
        phone = read_proposal(json.dumps(proposal(**odd)).encode()).phone
    except BadProposal as bad:
        phone, said = "", bad.code
    assert said in WORDS or phone == "+84900054321" or "phone" in odd


def test_a_day_on_which_another_dose_stands_is_not_declared(person: UUID) -> None:
    builders.a_dose(person, "ABDALA", given_on=days_ago(60))
    answer = post(proposal())
    assert (answer.status_code, answer.json()["code"]) == (422, "DECLARED_DAY_TAKEN")
    assert "Sai" in answer.json()["title"]
    assert len(doses_of([person])) == 1
    assert not Case.objects.exists()


def test_a_dose_that_was_never_given_is_pointed_at_by_its_name_alone(person: UUID) -> None:
    recorded = builders.a_dose(person, given_on=days_ago(60)).dose
    case = case_of(post(proposal(kind="NEVER_GIVEN", doses=[{"ref": dose_ref(recorded.id)}])))
    assert (case.kind, case.dose_id, case.door) == ("NEVER_GIVEN", recorded.id, "PARTNER")
    assert case.unit_id == recorded.facts.facility_id or case.unit_level != "FACILITY"


def test_a_reference_that_names_no_dose_of_the_person_points_at_nothing(person: UUID) -> None:
    other = builders.a_dose(builders.a_person().person_id, given_on=days_ago(60)).dose
    case = case_of(post(proposal(kind="NEVER_GIVEN", doses=[{"ref": dose_ref(other.id)}])))
    assert case.dose_id is None


@pytest.fixture
def switched_on(settings: Any) -> None:
    """Switch the partner on; nobody listens there."""
    settings.PC_COVID = "http://127.0.0.1:9/v1/news"


def news(person: UUID) -> dict[str, Any]:
    """Give what the partner would be told of the person now."""
    return dict(news_of({person: version_of(person)}, NOW)[person].body)


def test_the_partner_hears_at_each_word_to_the_reporter_where_the_report_stands(
    person: UUID, switched_on: None
) -> None:
    nurse = builders.a_nurse()
    lead = builders.a_lead(builders.place_reads.facility(nurse.facility_id))
    recorded = builders.a_dose(person, given_on=days_ago(60), by=nurse).dose
    case = case_of(post(proposal(kind="NEVER_GIVEN", doses=[{"ref": dose_ref(recorded.id)}])))
    before = version_of(person)
    assert before >= 1
    (told,) = news(person)["cases"]
    assert (told["ref"], told["state"], told["kind"], told["dose"]) == (
        case.ref, CaseState.ROUTED, "NEVER_GIVEN", dose_ref(recorded.id),
    )  # fmt: skip
    file = claim_case(by=lead, at=NOW, ref=case.ref)
    refuse_case(
        by=lead, at=NOW, key="r-1", ref=case.ref, version=file.version, refusal="BLURRED", answer="Ảnh mờ, xin gửi lại."
    )
    assert version_of(person) > before
    (told,) = news(person)["cases"]
    assert (told["state"], told["refusal"]) == (CaseState.REJECTED, "BLURRED")
    assert "Ảnh mờ" not in json.dumps(told, ensure_ascii=False)


def test_reports_through_other_doors_are_none_of_the_partners(person: UUID, switched_on: None) -> None:
    citizen = builders.a_citizen("+84900054321", person)
    open_case(
        by=citizen, at=NOW, key="book-1", kind="PERSONAL_DATA", door="BOOK", person_id=person, phone="+84900054321",
        claim=Claim(full_name=NAME, birth_date=BORN, wanted={"full_name": "Đào Thị Hoà"}),
    )  # fmt: skip
    assert version_of(person) == 0
    assert news(person)["cases"] == []


def test_while_the_partner_is_off_nothing_is_noted_for_it(person: UUID, settings: Any) -> None:
    settings.PC_COVID = ""
    post(proposal())
    assert version_of(person) == 0
