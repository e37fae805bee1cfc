"""Facilities' keys: made below the facilities' own root, taken from elsewhere, never in the database."""

import datetime as dt
from uuid import uuid4

import pytest

from tests import builders
from tests.certificates.keys.test_central import ADMIN, DAY, Elsewhere
from tests.conftest import NOW
from tiemchung.certificates import actions, reads
from tiemchung.certificates.keys import signer_of, verifies, x509s
from tiemchung.certificates.keys.central import DOCUMENTS
from tiemchung.certificates.models import FacilityKey
from tiemchung.certificates.ports import KeyMissing, NoCentralKey
from tiemchung.certificates.rules import FACILITY_NOTICE, AuthorityKind
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.verdict import Refused
from tiemchung.places.reads import NoSuchPlace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
LEAD = Actor(kind=Kind.STAFF, role=Role.FACILITY_LEAD)


def test_a_facilitys_key_names_the_facility_and_signs_below_the_facilities_root() -> None:
    place = builders.a_facility()
    key = actions.make_facility_key(facility_id=place.id, at=NOW)
    found = reads.facility_key_of(place.id, NOW)
    assert found is not None
    assert found.kid == bytes(key.kid)
    (root,) = reads.authorities(NOW, AuthorityKind.FACILITY)
    assert x509s.is_below(found.certificate, root.certificate)
    signature = signer_of(found.kid, found.store).sign(b"dose")
    assert verifies(found.certificate, b"dose", signature)
    from cryptography import x509

    subject = x509.load_der_x509_certificate(found.certificate).subject.rfc4514_string()
    assert place.code in subject


def test_facilities_keys_are_never_published_abroad() -> None:
    actions.make_facility_key(facility_id=builders.a_facility().id, at=NOW)
    assert reads.published_abroad(NOW) == ()
    assert reads.trust_list(NOW)["keys"] == []


def test_many_facilities_get_what_they_lack_and_nothing_twice() -> None:
    places = [builders.a_facility() for _ in range(3)]
    first = actions.make_facility_key(facility_id=places[0].id, at=NOW)
    made = actions.make_facility_keys(facility_ids=[p.id for p in places], at=NOW)
    assert set(made) == {places[1].id, places[2].id}
    assert actions.make_facility_keys(facility_ids=[p.id for p in places], at=NOW) == {}
    found = reads.facility_keys([p.id for p in places], NOW)
    assert found[places[0].id].id == first.id
    assert len({key.kid for key in found.values()}) == 3


def test_a_key_that_ends_within_a_month_is_followed_and_the_newest_signs() -> None:
    place = builders.a_facility()
    old = actions.make_facility_key(facility_id=place.id, at=NOW)
    late = old.valid_to - FACILITY_NOTICE + DAY
    assert actions.make_facility_keys(facility_ids=[place.id], at=late - 2 * DAY) == {}
    new = actions.make_facility_keys(facility_ids=[place.id], at=late)[place.id]
    found = reads.facility_key_of(place.id, late)
    assert found is not None
    assert found.id == new.id
    assert [key.id for key in reads.keys_of_facility(place.id)] == [new.id, old.id]


def test_a_retired_revoked_or_ended_key_signs_no_more_and_can_still_be_found() -> None:
    place = builders.a_facility()
    retired = actions.make_facility_key(facility_id=place.id, at=NOW)
    actions.retire_facility_key(key_id=retired.id, by=ADMIN, at=NOW, because="trạm đã đóng cửa")
    assert reads.facility_key_of(place.id, NOW) is None
    revoked = actions.make_facility_key(facility_id=place.id, at=NOW)
    FacilityKey.objects.filter(id=revoked.id).update(revoked_at=NOW, revoked_since=NOW - DAY)
    assert reads.facility_key_of(place.id, NOW) is None
    fresh = actions.make_facility_key(facility_id=place.id, at=NOW)
    assert reads.facility_key_of(place.id, fresh.valid_to) is None
    kids = [bytes(key.kid) for key in (retired, revoked, fresh)]
    assert set(reads.facility_keys_by_kid([*kids, b"unknown!"])) == set(kids)


def test_a_signers_own_certificate_is_theirs_at_that_facility_alone() -> None:
    place, other, staff = builders.a_facility(), builders.a_facility(), uuid4()
    above = Elsewhere(AuthorityKind.FACILITY)
    actions.take_authority(AuthorityKind.FACILITY, above.certificate, by=ADMIN, at=NOW)
    certificate = own_certificate(above)
    key = actions.take_facility_certificate(
        facility_id=place.id, certificate=certificate, staff_id=staff, by=ADMIN, at=NOW
    )
    found = reads.agent_key_of(staff, place.id, NOW)
    assert found is not None
    assert found.id == key.id
    assert reads.agent_key_of(staff, other.id, NOW) is None
    assert reads.agent_key_of(uuid4(), place.id, NOW) is None
    assert reads.facility_key_of(place.id, NOW) is None
    with pytest.raises(KeyMissing):
        signer_of(found.kid, found.store)


def own_certificate(above: Elsewhere) -> bytes:
    """Give a certificate for a key that lies in no store of ours."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from tiemchung.certificates.keys.files import point_of

    point = point_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    return x509s.signer_certificate(
        above.certificate, above.key, point, x509s.Subject("Nguyễn Văn Dũng"), x509s.Profile(300 * DAY), NOW
    )


def test_with_the_facilities_root_elsewhere_keys_come_by_request_and_certificate() -> None:
    place, above = builders.a_facility(), Elsewhere(AuthorityKind.FACILITY)
    actions.take_authority(AuthorityKind.FACILITY, above.certificate, by=ADMIN, at=NOW)
    with pytest.raises(NoCentralKey):
        actions.make_facility_key(facility_id=place.id, at=NOW)
    request = actions.request_facility_key(facility_id=place.id, by=ADMIN, at=NOW)
    certificate = above.answer(request, DOCUMENTS)
    key = actions.take_facility_certificate(facility_id=place.id, certificate=certificate, by=ADMIN, at=NOW)
    again = actions.take_facility_certificate(facility_id=place.id, certificate=certificate, by=ADMIN, at=NOW)
    assert key.id == again.id
    assert verifies(certificate, b"dose", signer_of(bytes(key.kid), key.store).sign(b"dose"))
    with pytest.raises(Refused, match="KEY_NOT_HERE"):
        actions.take_facility_certificate(facility_id=place.id, certificate=own_certificate(above), by=ADMIN, at=NOW)
    stranger = own_certificate(Elsewhere(AuthorityKind.FACILITY))
    with pytest.raises(Refused, match="UNKNOWN_AUTHORITY"):
        actions.take_facility_certificate(facility_id=place.id, certificate=stranger, by=ADMIN, at=NOW)


def test_a_facility_makes_no_key_for_itself_and_nobody_makes_one_for_no_facility() -> None:
    with pytest.raises(Refused, match="KEYS_NOT_YOURS"):
        actions.make_facility_key(facility_id=builders.a_facility().id, at=NOW, by=LEAD)
    with pytest.raises(NoSuchPlace):
        actions.make_facility_key(facility_id=uuid4(), at=NOW + dt.timedelta(days=1))


def test_the_longest_name_of_a_facility_fits_into_its_certificate() -> None:
    place = builders.a_facility(name="Trung tâm Y tế huyện Đăk Glei phường Ngọc Bích " * 4)
    key = actions.make_facility_key(facility_id=place.id, at=NOW)
    assert key.certificate
