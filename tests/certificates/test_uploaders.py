"""With the gateway's trust anchor each item's signature is followed; without it the list says that nobody looked."""

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import call_command

from tests.certificates.formats.test_cms import DAY, a_signer
from tests.certificates.test_trust_import import ForeignSignerCast, as_items, codes_of
from tests.conftest import NOW
from tiemchung.certificates.formats.cms import signed_message
from tiemchung.certificates.models import TrustImport
from tiemchung.certificates.trust_import import ListRefused, parse_list
from tiemchung.certificates.trust_import.parsed import ParsedList

# What these tests sign states the machine's own time as the moment of signing: the days hold whenever they run.
ALWAYS = (NOW - dt.timedelta(days=9000), NOW + dt.timedelta(days=9000))
ANCHOR_KEY, ANCHOR = a_signer(name="Gateway trust anchor")
FR_KEY, FR_UPLOADER = a_signer(name="FR_NBUP", days=ALWAYS)
IT_KEY, IT_UPLOADER = a_signer(name="IT_NBUP", days=ALWAYS)
FRANCE, ITALY = ForeignSignerCast(), ForeignSignerCast("IT")


def signature(der: bytes, certificate: bytes, key: Any) -> str:
    return base64.b64encode(signed_message(der, certificate, key, detached=True)).decode()


def item(der: bytes, kind: str, country: str, *, by: bytes, key: Any) -> dict[str, Any]:
    """Give an item that somebody's key brought in."""
    return {
        "kid": "", "timestamp": (NOW - dt.timedelta(days=1)).isoformat(), "country": country, "certificateType": kind,
        "rawData": base64.b64encode(der).decode(), "signature": signature(der, by, key),
    }  # fmt: skip


UPLOADERS = [
    item(FR_UPLOADER, "UPLOAD", "FR", by=ANCHOR, key=ANCHOR_KEY),
    item(IT_UPLOADER, "UPLOAD", "IT", by=ANCHOR, key=ANCHOR_KEY),
]
GOOD = item(FRANCE.der, "DSC", "FR", by=FR_UPLOADER, key=FR_KEY)


def read(*items: dict[str, Any], anchor: bytes = ANCHOR, at: dt.datetime = NOW) -> ParsedList:
    return parse_list(as_items(*items), trust_anchor=anchor, at=at)


def test_what_a_countrys_uploader_brought_is_kept_and_counts_as_checked() -> None:
    listed = read(*UPLOADERS, GOOD, item(ITALY.der, "DSC", "IT", by=IT_UPLOADER, key=IT_KEY))
    assert [one.country for one in listed.signers] == ["FR", "IT"]
    assert listed.checked
    assert codes_of(listed) == {"NOT_A_SIGNER": 2}


def test_an_anchor_in_pem_is_the_same_anchor() -> None:
    pem = x509.load_der_x509_certificate(ANCHOR).public_bytes(Encoding.PEM)
    assert len(read(*UPLOADERS, GOOD, anchor=pem).signers) == 1


def test_authorities_are_brought_by_the_anchor_alone() -> None:
    good = item(ITALY.der, "CSCA", "IT", by=ANCHOR, key=ANCHOR_KEY)
    bad = item(FRANCE.der, "CSCA", "FR", by=FR_UPLOADER, key=FR_KEY)
    listed = read(*UPLOADERS, good, bad)
    assert [(one.kind, one.country) for one in listed.signers] == [("SCA", "IT")]
    assert codes_of(listed) == {"NOT_A_SIGNER": 2, "UPLOADER_UNKNOWN": 1}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (item(ITALY.der, "DSC", "IT", by=FR_UPLOADER, key=FR_KEY), "UPLOADER_UNKNOWN"),  # another country's uploader
        (item(ITALY.der, "DSC", "IT", by=ANCHOR, key=ANCHOR_KEY), "UPLOADER_UNKNOWN"),
        (item(ITALY.der, "DSC", "IT", by=IT_UPLOADER, key=FR_KEY), "SIGNATURE_WRONG"),
        ({**GOOD, "rawData": base64.b64encode(ITALY.der).decode()}, "SIGNATURE_WRONG"),
        ({**GOOD, "signature": "MIIA"}, "SIGNATURE_WRONG"),
        ({**GOOD, "signature": None}, "SIGNATURE_WRONG"),
        ({**GOOD, "country": "IT"}, "UPLOADER_UNKNOWN"),
    ],
)
def test_what_nobody_vouches_for_is_passed_over(wrong: dict[str, Any], code: str) -> None:
    listed = read(*UPLOADERS, GOOD, wrong)
    assert codes_of(listed) == {"NOT_A_SIGNER": 2, code: 1}
    assert [one.country for one in listed.signers] == ["FR"]


def test_an_uploader_whom_the_anchor_did_not_sign_brings_nothing() -> None:
    own = item(FR_UPLOADER, "UPLOAD", "FR", by=FR_UPLOADER, key=FR_KEY)
    with pytest.raises(ListRefused) as refused:
        read(own, GOOD)
    assert refused.value.code == "NO_SIGNER"


def test_without_an_anchor_everything_is_read_and_nothing_counts_as_checked() -> None:
    listed = read({**GOOD, "signature": "MIIA"}, anchor=b"")
    assert (len(listed.signers), listed.checked) == (1, False)


def test_an_anchor_is_refused_where_it_is_none_or_there_is_nothing_to_check() -> None:
    with pytest.raises(ListRefused) as unreadable:
        read(*UPLOADERS, GOOD, anchor=b"no certificate")
    pem = x509.load_der_x509_certificate(FRANCE.der).public_bytes(Encoding.PEM)
    with pytest.raises(ListRefused) as unused:
        parse_list(pem, trust_anchor=ANCHOR, at=NOW)
    assert (unreadable.value.code, unused.value.code) == ("ANCHOR_UNREADABLE", "NOTHING_TO_CHECK")


def test_who_follows_signatures_names_the_moment() -> None:
    with pytest.raises(ValueError, match="moment"):
        parse_list(as_items(*UPLOADERS, GOOD), trust_anchor=ANCHOR)


BEGIN, END = NOW - 30 * DAY, NOW + 30 * DAY
ES_KEY, ES_UPLOADER = a_signer(name="ES_NBUP", days=(BEGIN, END))
SPAIN = ForeignSignerCast("ES")
SECOND = dt.timedelta(seconds=1)


def signed_on(moment: dt.datetime | None) -> dict[str, Any]:
    """Give Spain's item with this moment among what its uploader signed, or with none."""
    info = cms.ContentInfo.load(signed_message(SPAIN.der, ES_UPLOADER, ES_KEY, detached=True))
    signer = info["content"]["signer_infos"][0]
    told = [one for one in signer["signed_attrs"] if one["type"].native != "signing_time"]
    if moment:
        told.append(cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": moment})]}))
    signer["signed_attrs"] = cms.CMSAttributes(told)
    over = signer["signed_attrs"].untag().dump()
    signer["signature"] = ES_KEY.sign(over, ec.ECDSA(hashes.SHA256()))
    made = base64.b64encode(info.dump(force=True)).decode()
    return {**item(SPAIN.der, "DSC", "ES", by=ES_UPLOADER, key=ES_KEY), "signature": made}


SPAINS = item(ES_UPLOADER, "UPLOAD", "ES", by=ANCHOR, key=ANCHOR_KEY)


@pytest.mark.parametrize(
    ("signed_at", "at", "code"),
    [
        (None, BEGIN, ""),
        (None, END, ""),
        (None, END + SECOND, "UPLOADER_EXPIRED"),
        (None, BEGIN - SECOND, "UPLOADER_NOT_YET_VALID"),
        (BEGIN, END, ""),
        (BEGIN - SECOND, NOW, "UPLOADER_NOT_YET_VALID"),
        (END + SECOND, NOW, "UPLOADER_EXPIRED"),
        (NOW, END + SECOND, "UPLOADER_EXPIRED"),  # its own word that it was signed in time does not help
        (NOW, BEGIN - SECOND, "UPLOADER_NOT_YET_VALID"),
    ],
)
def test_an_uploader_counts_in_its_days_only_and_takes_nobody_elses_items_along(
    signed_at: dt.datetime | None, at: dt.datetime, code: str
) -> None:
    listed = read(*UPLOADERS, SPAINS, signed_on(signed_at), GOOD, at=at)
    assert [one.country for one in listed.signers] == (["FR"] if code else ["ES", "FR"])
    assert codes_of(listed) == {"NOT_A_SIGNER": 3} | ({code: 1} if code else {})
    assert listed.problems[3:] == ([f"item 4: {code}"] if code else [])


def test_a_list_whose_uploaders_have_all_expired_is_refused_by_that_name() -> None:
    with pytest.raises(ListRefused) as refused:
        read(SPAINS, signed_on(NOW), at=END + SECOND)
    assert (refused.value.code, refused.value.where) == ("NO_SIGNER", "item 1: NOT_A_SIGNER; item 2: UPLOADER_EXPIRED")


@pytest.mark.django_db
@pytest.mark.parametrize("with_anchor", [True, False])
def test_the_command_keeps_and_says_whether_it_was_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], with_anchor: bool
) -> None:
    (tmp_path / "eu.json").write_text(json.dumps([*UPLOADERS, GOOD]), "utf-8")
    (tmp_path / "anchor.der").write_bytes(ANCHOR)
    more = {"trust_anchor": tmp_path / "anchor.der"} if with_anchor else {}
    call_command("import_trust", tmp_path / "eu.json", source="EU", **more)
    assert TrustImport.objects.get().checked is with_anchor
    assert f"items: {'checked' if with_anchor else 'not checked'}" in capsys.readouterr().out
