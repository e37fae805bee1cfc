"""Every state and every reason of an identity has words in both languages, for staff and for the citizen."""

import pytest

from tiemchung.people.rules.identity import REVIEWED, IdentityWhy
from tiemchung.people.rules.kinds import IdentityState
from tiemchung.web.shared.words import sentences


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_has_label_colour_and_words_for_the_citizen(lang: str) -> None:
    keys = [f"state.identity.{one}.{part}" for one in IdentityState for part in ("label", "colour")]
    keys += [f"identity.citizen.{one}.{part}" for one in IdentityState for part in ("title", "text")]
    keys += [f"identity.{part}.{one}" for one in REVIEWED for part in ("act", "person.next")]
    assert [key for key in keys if not sentences(lang).get(key)] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_has_words(lang: str) -> None:
    assert [why for why in IdentityWhy if f"identity.why.{why}" not in sentences(lang)] == []
