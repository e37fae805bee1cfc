"""Vietnamese names as they are spread by region, sex and year of birth; pure."""

import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

_FILE = Path(__file__).parent / "data" / "names.toml"
REGIONS = ("north", "centre", "south", "highland", "mountain")

# Regions whose people are mostly of another language; the rest of them have names of the north and the centre.
_OTHER_PEOPLES = {"highland": 0.3, "mountain": 0.6}
_LOWLAND = {"highland": "centre", "mountain": "north"}


@cache
def name_parts() -> dict[str, Any]:
    """Give the parts of names from the data file."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def surname(rng: Random, region: str) -> str:
    """Give a family name by its share in the region, or an empty one for a people that has none."""
    parts = name_parts()
    if rng.random() < _OTHER_PEOPLES.get(region, 0.0):
        return rng.choice(parts["mountain"]["surnames"]) if region == "mountain" else ""
    shares = parts["surnames"] | parts[f"surnames_{_LOWLAND.get(region, region)}"]
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def full_name(rng: Random, family: str, sex: str, born: int, middle: str = "") -> str:
    """Give a full name; `born` is the year, since Thị and Văn go out of use, `middle` one that siblings share."""
    parts, side = name_parts(), sex.lower()
    if not family:
        clan, own = rng.choice(parts["highland"]["clans"]), rng.choice(parts["highland"][side])
        return f"H'{own} {clan}" if sex == "FEMALE" else f"Y {own} {clan}"
    if family in parts["mountain"]["surnames"]:
        return f"{family} {rng.choice(parts['mountain'][side])}"
    words = [family, middle or middle_name(rng, sex, born)]
    # Four words: two of three women and a quarter of the men born lately.
    if rng.random() < (0.26 if sex == "MALE" else 0.35 + 0.3 * (born > 1995)):
        words.append(rng.choice([m for m in parts["middle"][side][1:] if m != words[1]]))
    given = rng.choice([g for g in parts["given"][side] if g not in words])
    return " ".join([*words, given])


def middle_name(rng: Random, sex: str, born: int) -> str:
    """Give a middle name; Thị and Văn are the rule for the old and rare among the young."""
    common, rest = name_parts()["middle"][sex.lower()][0], name_parts()["middle"][sex.lower()][1:]
    share = {"FEMALE": 0.8, "MALE": 0.55}[sex] * max(0.15, min(1.0, (2010 - born) / 40))
    return common if rng.random() < share else rng.choice(rest)


def foreign_name(rng: Random) -> tuple[str, str]:
    """Give a foreigner's name with the country's two letters."""
    country = rng.choice(name_parts()["foreign"])
    return rng.choice(country["names"]), country["country"]
