"""Writes the table of products in the domain's README: `python -m tiemchung.vaccines.rules.table`."""

from pathlib import Path

from tiemchung.vaccines.rules.book import Book, Product
from tiemchung.vaccines.rules.files import HOME, the_book

README = HOME / "README.md"
BEGIN, END = "<!-- products: generated -->", "<!-- products: end -->"
HEAD = ("| code | platform | primary doses | days between | ages | certificate (mp) | passport | may follow |",)
RULE = ("|---|---|---|---|---|---|---|---|",)


def _ages(product: Product) -> str:
    lowest = min(rule.ages.from_years for rule in product.ages)
    highest = [rule.ages.to_years for rule in product.ages]
    return f"{lowest}+" if None in highest else f"{lowest}-{max(h for h in highest if h) - 1}"


def _interval(product: Product) -> str:
    own = [rule for rule in product.intervals if not rule.after and rule.valid_to is None]
    return ", ".join(dict.fromkeys(f"≥ {rule.minimum}" for rule in own)) or "-"


def _follows(product: Product) -> str:
    if product.primary_doses == 1:
        return "-"
    others = [r.after for r in product.intervals if r.after and r.allowed and r.valid_to is None]
    return ", ".join(sorted(set(others))) or "itself only"


def _line(product: Product) -> str:
    cells = (
        product.code,
        product.platform.value,
        str(product.primary_doses),
        _interval(product),
        _ages(product),
        f"`{product.mp}`",
        "yes" if product.passport else "no",
        _follows(product),
    )
    return f"| {' | '.join(cells)} |"


def docs_table(book: Book | None = None) -> str:
    """Give the table of products as Markdown, as the rules stand after the last dated change."""
    products = sorted((book or the_book()).products.values(), key=lambda p: (p.approved_on, p.code))
    return "\n".join([*HEAD, *RULE, *(_line(product) for product in products)])


def with_table(text: str, table: str) -> str:
    """Give the text with what stands between the two marks replaced; ValueError when a mark is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the text lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def write_readme(path: Path = README) -> bool:
    """Refresh the README's table; tells whether it had to change."""
    old = path.read_text(encoding="utf-8")
    new = with_table(old, docs_table())
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old


if __name__ == "__main__":
    write_readme()
