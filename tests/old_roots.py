"""The roots of the tests' home, laid once: older than any moment of a test and the ones that last longest.

Tests write of days ago and of days to come. A root that the first of them made at its own moment would be too young
for the next, and which test comes first is chance where several workers share them.
"""

import datetime as dt

from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import new_authority
from tiemchung.certificates.keys.roots import pinned_roots
from tiemchung.certificates.keys.stores import file_store
from tiemchung.certificates.rules import AuthorityKind

FIRST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LIFE = dt.timedelta(days=40 * 365)


def lay_old_roots() -> None:
    """Lay a root of each kind beside the keys where none so old lies; two workers at once may lay two."""
    store = file_store()
    for kind in AuthorityKind:
        if not any(x509s.days_of(root)[0] <= FIRST for root in pinned_roots(kind)):
            new_authority(store, store.folder, kind, x509s.Subject(f"Tiem Chung {kind} of the tests"), LIFE, FIRST)
