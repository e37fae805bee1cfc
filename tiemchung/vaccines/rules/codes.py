"""Every code that the rules of vaccines speak, with the facts that each carries for its words."""

from collections.abc import Mapping

_SOON = frozenset({"product", "last_on", "days_since", "earliest_on", "days_left"})
_TWIN = frozenset({"other_on", "days"})
_AGE = frozenset({"product", "age", "min_years"})
_PAIR = frozenset({"product", "last_product"})

CODES: Mapping[str, frozenset[str]] = {
    # what the course says of a dose
    "NOT_VERIFIED": frozenset(),
    "UNKNOWN_PRODUCT": frozenset({"product"}),
    "BEFORE_BIRTH": frozenset({"given_on"}),
    "FUTURE_DATE": frozenset({"given_on"}),
    "SAME_DAY": _TWIN,
    "POSSIBLE_DUPLICATE": _TWIN,
    "TOO_SOON": _SOON,
    "EARLIER_THAN_RECOMMENDED": frozenset({"recommended_on", "days_left"}),
    "LATER_THAN_RECOMMENDED": frozenset({"latest_on"}),
    "MIX_NOT_ALLOWED": _PAIR,
    "MIX_NEEDS_CONSENT": _PAIR,
    "WRONG_COMPONENT": frozenset({"product", "component", "wanted"}),
    "AGE_TOO_YOUNG": _AGE | {"from_on"},
    "AGE_TOO_OLD": _AGE,
    "AGE_UNSURE": _AGE,
    "BIRTH_DATE_UNKNOWN": frozenset({"product"}),
    "BEFORE_APPROVAL": frozenset({"product", "approved_on"}),
    "COMPLETE_ALREADY": frozenset({"doses"}),
    "ADDITIONAL_ONLY_FOR_SOME": frozenset({"doses", "booster_on"}),
    "BOOSTER_PRODUCT_NOT_ALLOWED": frozenset({"product", "products"}),
    "NOT_IN_COURSE": frozenset({"product"}),
    # what only the question "may this dose be given" says
    "DECLARED_DOSE_NEAR": _TWIN,
    "LATER_DOSE_AFFECTED": frozenset({"doses"}),
    "LOT_UNKNOWN": frozenset(),
    "LOT_OF_OTHER_PRODUCT": frozenset({"lot", "product"}),
    "LOT_EXPIRED": frozenset({"lot", "expires_on"}),
    "LOT_RECALLED": frozenset({"lot", "recalled_on"}),
    # lots
    "LOT_NUMBER_INVALID": frozenset({"longest"}),
    "LOT_MAKER_TOO_LONG": frozenset({"longest"}),
    "LOT_EXPIRY_IMPOSSIBLE": frozenset({"approved_on", "product"}),
    "LOT_COMPONENT_INVALID": frozenset({"product", "components"}),
    "LOT_EXISTS": frozenset({"lot", "expires_on"}),
    "LOT_RECALLED_ALREADY": frozenset({"lot"}),
    "LOT_NOT_RECALLED": frozenset({"lot"}),
}
# NOT_YOUR_TASK and REASON_MISSING are spoken by several domains; their words stand with the common ones.
