"""One verdict serves a button, its hint and an exception."""

import pytest

from tiemchung.core.verdict import YES, Refused, Severity, refuse, warn


def test_a_warning_still_allows() -> None:
    assert warn("TOO_SOON")
    assert warn("TOO_SOON").or_raise().warnings[0].severity is Severity.WARN


def test_a_refusal_raises_with_its_codes_and_no_facts() -> None:
    with pytest.raises(Refused) as caught:
        refuse("LOT_EXPIRED", lot="AB123", name="Nguyễn Văn An").or_raise("có lý do")
    assert str(caught.value) == "LOT_EXPIRED"


def test_a_stated_reason_sets_an_overridable_refusal_aside_and_a_blank_one_does_not() -> None:
    verdict = refuse("TOO_SOON", overridable=True)
    assert verdict.or_raise("bác sĩ chỉ định") is verdict
    with pytest.raises(Refused):
        verdict.or_raise("   ")


def test_one_firm_refusal_beside_an_overridable_one_cannot_be_set_aside() -> None:
    verdict = YES + refuse("TOO_SOON", overridable=True) + refuse("LOT_RECALLED")
    assert not verdict.needs_override
    with pytest.raises(Refused):
        verdict.or_raise("bác sĩ chỉ định")
