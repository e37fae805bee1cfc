"""Synthetic people with two doses and a signed card each, made by the real actions and found again later."""

import datetime as dt
import os
from typing import Any

# Fixed days: the same key with the same facts gives the first answer again, also tomorrow.
_BORN = dt.date(1950, 1, 1)
_GIVEN_ON = (dt.date(2021, 9, 7), dt.date(2021, 10, 12))
_LOT = "BENCH01"
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Đặng", "Võ", "Bùi", "Đỗ", "Hồ")
_GIVEN = ("Thị Bích Ngọc", "Văn Hùng", "Minh Khuê", "Thị Ánh Tuyết", "Quốc Đạt", "Gia Hưng", "Thị Thuỳ Dương")


def card_tokens(people: int) -> list[str]:
    """Give the tokens of so many people's cards; what is missing is made. Sets Django up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    import django

    django.setup()
    lot_id = _lot_id()
    return [_token(_person_id(number, lot_id)) for number in range(people)]


def _lot_id() -> Any:
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.vaccines.actions import add_lot

    return add_lot(
        product="PFIZER", number=_LOT, expires_on=dt.date(2021, 12, 31), by=SYSTEM, at=clock.now(), key="bench-lot"
    ).id


def _person_id(number: int, lot_id: Any) -> Any:
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.doses.actions import record_dose
    from tiemchung.doses.rules import DoseSource
    from tiemchung.doses.values import DoseFacts
    from tiemchung.people.actions import register_profile

    known = register_profile(
        by=SYSTEM,
        at=clock.now(),
        key=f"bench-person-{number}",
        full_name=f"{_FAMILIES[number % 10]} {_GIVEN[number % 7]}",
        birth_date=_BORN + dt.timedelta(days=number * 7 % 18_000),
        source="BACKLOG",
    )
    for given_on in _GIVEN_ON:
        record_dose(
            by=SYSTEM,
            at=clock.now(),
            key=f"bench-dose-{number}-{given_on}",
            profile_id=known.profile_id,
            facts=DoseFacts("PFIZER", given_on, lot_id=lot_id, lot_number=_LOT, place_name="Trạm Y tế Bến Nghé"),
            source=DoseSource.BACKLOG,
        )
    return known.person_id


def _token(person_id: Any) -> str:
    from tiemchung.certificates.actions import refresh_card
    from tiemchung.certificates.reads import card_of_person
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM

    card = card_of_person(SYSTEM, person_id, clock.now())
    if card is None:
        refresh_card(person_id=person_id, at=clock.now())
        card = card_of_person(SYSTEM, person_id, clock.now())
    if card is None or not card.hc1:
        raise SystemExit("A person with two doses got no signed card: see tests/certificates.")
    return card.token
