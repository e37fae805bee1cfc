"""The pages that the benches visit. A new page is one line here; a state behind a form is a walk in walks.py."""

from dataclasses import dataclass

from bench.kit.visitors import Visitors


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page: who looks at it, and whether its loading is measured against the budgets of first loads.

    `path` may name in braces a person of the citizen's phone: `{complete}`, `{one-dose}`, `{none}`; or a `{dose}` of
    the first.
    """

    name: str
    path: str
    who: str = "public"
    measured: bool = False


PAGES = (
    PageLine("portal", "/", measured=True),
    PageLine("points", "/diem-tiem", measured=True),
    PageLine("points, found", "/diem-tiem?q=tram+y+te+thu+tai", measured=True),
    PageLine("points, none found", "/diem-tiem?q=zzzzzz"),
    PageLine("verifier", "/verify", measured=True),
    PageLine("report: start", "/phan-anh", measured=True),
    PageLine("report: where it stands", "/phan-anh/tra-cuu", measured=True),
    PageLine("holder's look-up", "/tra-cuu", measured=True),
    PageLine("offline", "/offline"),
    PageLine("no such page", "/khong-co"),
    PageLine("sign-in: phone", "/so/dang-nhap", measured=True),
    PageLine("signed out", "/so/da-dang-xuat", measured=True),
    PageLine("health book", "/so/", "citizen", measured=True),
    PageLine("card, complete", "/so/the/{complete}", "citizen", measured=True),
    PageLine("card, one dose", "/so/the/{one-dose}", "citizen", measured=True),
    PageLine("card, no dose", "/so/the/{none}", "citizen", measured=True),
    PageLine("passport, not yet", "/so/ho-so/{complete}/ho-chieu", "citizen", measured=True),
    PageLine("add a person", "/so/them-nguoi", "citizen", measured=True),
    PageLine("kept on the phone", "/so/tren-may"),
    PageLine("desk: vaccine of the day", "/staff/ban-tiem/vac-xin", "nurse"),
    PageLine("desk: today", "/staff/hom-nay", "nurse"),
    PageLine("staff sign-in", "/staff/sign-in"),
    PageLine("desk: passports", "/staff/ho-chieu", "nurse"),
    PageLine("staff home, nurse", "/staff/", "nurse"),
    PageLine("staff home, corrector", "/staff/", "corrector"),
    PageLine("staff account", "/staff/account", "nurse"),
    PageLine("passports below", "/authority/ho-chieu", "corrector"),
    PageLine("people", "/authority/nguoi", "corrector"),
    PageLine("what I looked at", "/authority/da-xem", "corrector"),
    PageLine("person", "/authority/nguoi/{complete}", "corrector"),
    PageLine("person without doses", "/authority/nguoi/{none}", "corrector"),
    PageLine("who looked", "/authority/nguoi/{complete}/ai-da-xem", "corrector"),
    PageLine("find a twin", "/authority/nguoi/{complete}/ghep", "corrector"),
    PageLine("compare two", "/authority/nguoi/{complete}/ghep/{one-dose}", "corrector"),
    PageLine("dose", "/authority/nguoi/{complete}/mui/{dose}", "corrector"),
    PageLine("amend a dose", "/authority/nguoi/{complete}/mui/{dose}/sua", "corrector"),
    PageLine("void a dose", "/authority/nguoi/{complete}/mui/{dose}/huy", "corrector"),
    PageLine("amend a person", "/authority/ho-so/{complete}/sua", "corrector"),
)


def path_of(page: PageLine, visitors: Visitors) -> str:
    """Give the path with the ids of those it names."""
    path = page.path
    for name, one in visitors.ids.items():
        path = path.replace(f"{{{name}}}", str(one))
    return path
