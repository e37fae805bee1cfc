"""Old seals become new ones while everything stays readable."""

import secrets
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from tiemchung.core.sealing import sealed_version, unseal
from tiemchung.people.actions.rekeying import rekey_names
from tiemchung.people.models import ContactPhone, Identifier, Profile
from tiemchung.people.reads import reach_of
from tiemchung.people.reads.numbers import SEAL, identifier_row

from ..conftest import PHONE, Register

pytestmark = pytest.mark.django_db


def test_rekeying_reaches_every_row_in_any_batch_and_a_second_run_finds_nothing(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [
        register(identifiers=[("CMND9", f"9900000{n:02}")], phones=[(PHONE, "FAMILY")]).profile_id for n in range(7)
    ]
    old = settings.SECRETS
    newest = max(old.sealing_keys) + 1
    keys = {**old.sealing_keys, newest: secrets.token_bytes(32)}
    monkeypatch.setattr(settings, "SECRETS", replace(old, sealing_keys=keys))
    assert _run() == {"numbers": 7, "phones": 7}
    rows: list[Any] = list(Identifier.objects.filter(profile_id__in=people))
    assert {sealed_version(row.sealed_value) for row in rows} == {newest}
    assert sorted(unseal(SEAL, r.sealed_value, identifier_row(r.id)) for r in rows)[0] == "990000000"
    assert {sealed_version(c.sealed_phone) for c in ContactPhone.objects.exclude(phone_index=b"")} == {newest}
    assert reach_of(people[3]) == PHONE
    assert _run() == {"numbers": 0, "phones": 0}


def test_search_keys_that_are_missing_are_written_and_once_only(register: Register) -> None:
    profiles = [register(f"Nguyễn Văn {name}").profile_id for name in ("An", "Bình", "Chi", "Dung")]
    Profile.objects.filter(id__in=profiles[:2]).update(name_key="nguyen van khac")  # as if the rule had changed
    assert [sum(rekey_names(batch=3)) for _ in range(2)] == [4, 0]


def _run() -> dict[str, int]:
    out = StringIO()
    call_command("rekey_people", batch=3, stdout=out)
    lines = [line.split(": ") for line in out.getvalue().splitlines() if "sealed anew" in line]
    return {name: int(rest.split()[0]) for name, rest in lines}
