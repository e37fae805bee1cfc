"""Reads the rule book from its data files: one file a product, found by its folder."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tiemchung.core.verdict import Severity
from tiemchung.vaccines.rules.book import (
    AgeBand,
    AgeRule,
    Book,
    IntervalRule,
    NumberingRule,
    Platform,
    Product,
    ProgrammeRule,
    SeriesOf,
)
from tiemchung.vaccines.rules.calendar import Gap
from tiemchung.vaccines.rules.values import Condition, DoseRole

HOME = Path(__file__).resolve().parent.parent
CATALOGUE = HOME / "catalogue"
PROGRAMME = HOME / "programme"


class BadRuleFile(ValueError):
    """A rule file says something that the house does not understand; the text names file and place."""


class _Table:
    """One table of a file; a key that nobody asks for is an error, so that a misspelt one is not silence."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.data, self.where, self.asked = data, where, set[str]()

    def get[T](self, key: str, kind: type[T]) -> T:
        value = self.maybe(key, kind)
        if value is None:
            raise BadRuleFile(f"{self.where}: {key} is missing")
        return value

    def maybe[T](self, key: str, kind: type[T]) -> T | None:
        self.asked.add(key)
        value = self.data.get(key)
        # isinstance(True, int) holds in Python; a rule never means that.
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise BadRuleFile(f"{self.where}: {key} must be {kind.__name__}, not {value!r}")
        return value

    def tables(self, key: str) -> list["_Table"]:
        return [_Table(row, f"{self.where} [[{key}]] {i}") for i, row in enumerate(self.maybe(key, list) or [], 1)]

    def table(self, key: str) -> "_Table":
        return _Table(self.get(key, dict), f"{self.where} [{key}]")

    def gap(self, key: str) -> Gap:
        return Gap.parse(self.get(key, str))

    def gap_or_none(self, key: str) -> Gap | None:
        text = self.maybe(key, str)
        return None if text is None else Gap.parse(text)

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(str(word) for word in self.maybe(key, list) or [])

    def ages(self) -> AgeBand:
        return AgeBand(self.maybe("from_years", int) or 0, self.maybe("to_years", int))

    def close(self) -> None:
        unknown = set(self.data) - self.asked
        if unknown:
            raise BadRuleFile(f"{self.where}: unknown {', '.join(sorted(unknown))}")


def _age_rule(row: _Table) -> AgeRule:
    rule = AgeRule(
        ages=row.ages(),
        valid_from=row.get("valid_from", dt.date),
        valid_to=row.maybe("valid_to", dt.date),
        volume_ml=Decimal(row.get("volume_ml", str)),
        strength=row.maybe("strength", str) or "",
        source=row.get("source", str),
    )
    row.close()
    return rule


def _interval_rule(row: _Table) -> IntervalRule:
    allowed = row.maybe("allowed", bool) is not False
    overridable = row.maybe("override", bool) is not False
    rule = IntervalRule(
        after=row.maybe("after", str) or "",
        allowed=allowed,
        ages=row.ages(),
        valid_from=row.get("valid_from", dt.date),
        valid_to=row.maybe("valid_to", dt.date),
        minimum=row.gap("minimum") if allowed else Gap(),
        recommended=(row.gap_or_none("recommended") or row.gap("minimum")) if allowed else Gap(),
        latest=row.gap_or_none("latest"),
        early=Severity(row.maybe("early", str) or "warn"),
        overridable=overridable,
        needs_consent=bool(row.maybe("needs_consent", bool)),
        source=row.get("source", str),
    )
    row.close()
    return rule


def _programme_rule(row: _Table) -> ProgrammeRule:
    rule = ProgrammeRule(
        role=DoseRole(row.get("role", str)),
        index=row.get("index", int),
        after=row.words("after"),
        using=row.words("using"),
        minimum=row.gap("minimum"),
        until=row.gap_or_none("until"),
        ages=row.ages(),
        conditions=frozenset(Condition(word) for word in row.words("conditions")),
        valid_from=row.get("valid_from", dt.date),
        valid_to=row.maybe("valid_to", dt.date),
        overridable=row.maybe("override", bool) is not False,
        source=row.get("source", str),
    )
    row.close()
    return rule


def _numbering_rule(row: _Table) -> NumberingRule:
    rule = NumberingRule(
        after=tuple(row.get("after", list)),
        of=SeriesOf(row.get("of", str)),
        valid_from=row.get("valid_from", dt.date),
        valid_to=row.maybe("valid_to", dt.date),
        source=row.get("source", str),
    )
    row.close()
    return rule


def read_product(path: Path) -> Product:
    """Read one product's file; BadRuleFile names what is missing, misspelt or of the wrong kind."""
    top = _read(path)
    names, codes, approval = top.table("name"), top.table("certificate"), top.table("approval")
    booster_ml = top.maybe("booster_ml", str)
    product = Product(
        code=top.get("code", str),
        label=names.get("label", str),
        name_vi=names.get("vi", str),
        name_en=names.get("en", str),
        maker=top.get("maker", str),
        platform=Platform(top.get("platform", str)),
        mp=codes.get("mp", str),
        ma=codes.get("ma", str),
        vp=codes.get("vp", str),
        icd11=codes.get("icd11", str),
        approved_on=approval.get("on", dt.date),
        approval=approval.get("source", str),
        primary_doses=top.get("primary_doses", int),
        components=top.words("components"),
        booster_ml=Decimal(booster_ml) if booster_ml else None,
        passport=top.get("passport", bool),
        ages=tuple(_age_rule(row) for row in top.tables("age")),
        intervals=tuple(_interval_rule(row) for key in ("interval", "mix") for row in top.tables(key)),
    )
    for table in (top, names, codes, approval):
        table.close()
    return product


def _read(path: Path) -> _Table:
    try:
        return _Table(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    except tomllib.TOMLDecodeError as problem:
        raise BadRuleFile(f"{path.name}: {problem}") from problem


def read_book(catalogue: Path = CATALOGUE, programme: Path = PROGRAMME) -> Book:
    """Read every `*.toml` of both folders into one book; two files with one product code are an error."""
    products: dict[str, Product] = {}
    for path in sorted(catalogue.glob("*.toml")):
        product = read_product(path)
        if product.code in products:
            raise BadRuleFile(f"{path.name}: {product.code} is there already")
        products[product.code] = product
    counting = _read(programme / "counting.toml")
    rules = [
        _programme_rule(row)
        for name in ("additional.toml", "booster.toml")
        for row in _read(programme / name).tables("rule")
    ]
    numbering = tuple(_numbering_rule(row) for row in _read(programme / "numbering.toml").tables("rule"))
    days = counting.get("grace_days", int), counting.get("duplicate_days", int)
    return Book(products, tuple(rules), *days, numbering)


@cache
def the_book() -> Book:
    """Give the book that is shipped with this code; read once a process."""
    return read_book()
