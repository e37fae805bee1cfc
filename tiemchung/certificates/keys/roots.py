"""Whom this installation believes at the top: the roots whose certificates lie in its folder of keys.

The register names roots and the keys below them, but who writes into the database writes there too. So a key counts
where a root on the disk signed its certificate; `make_...` and `take_...` lay a root there, and nothing else does.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from tiemchung.certificates.keys import config, x509s
from tiemchung.certificates.keys.files import write_once
from tiemchung.certificates.keys.stores import kid_of
from tiemchung.certificates.models import Authority, SigningKey
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.rules import AuthorityKind
from tiemchung.core.kept import Kept

_Asked = tuple[str, AuthorityKind, bytes, bytes]
# A root that is taken off the disk is believed a minute longer by processes that run.
_found: Kept[_Asked, bool] = Kept(60.0, most=4096)


class KeyRow(Protocol):
    """A key of a register: its id, and its certificate in DER."""

    kid: bytes | memoryview
    certificate: bytes | memoryview


@dataclass(frozen=True, slots=True)
class Stranger:
    """A row of the register that nothing on the disk answers for; `what` is its purpose, or ROOT."""

    id: UUID
    what: str
    kid: bytes


def pin_root(kind: AuthorityKind, certificate: bytes) -> None:
    """Lay a root's certificate beside the keys, once; raises KeyStoreGone where no file can be written."""
    if certificate in pinned_roots(kind):
        return
    folder = config.folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(folder / f"{kind.lower()}-{hashlib.sha256(certificate).hexdigest()[:16]}.der", certificate)
    except OSError as problem:
        raise KeyStoreGone(type(problem).__name__) from problem


def pinned_roots(kind: AuthorityKind) -> tuple[bytes, ...]:
    """Give the certificates (DER) of the roots of this kind that lie beside the keys, read anew."""
    return tuple(path.read_bytes() for path in sorted(config.folder().glob(f"{kind.lower()}*.der")))


def is_pinned(kind: AuthorityKind, certificate: bytes | memoryview) -> bool:
    """Tell whether this root's certificate lies beside the keys."""
    der = bytes(certificate)
    return _found.of(_asked(kind, der, b""), lambda: der in pinned_roots(kind), worth=bool)


def is_ours(certificate: bytes | memoryview, kid: bytes | memoryview, kind: AuthorityKind = AuthorityKind.CSCA) -> bool:
    """Tell whether a root on the disk signed this certificate and the id is its own; cheap from the second time on."""
    der, name = bytes(certificate), bytes(kid)
    return _found.of(_asked(kind, der, name), lambda: kid_of(der) == name and _is_below_one(kind, der), worth=bool)


def ours[K: KeyRow](rows: Iterable[K], kind: AuthorityKind = AuthorityKind.CSCA) -> list[K]:
    """Give the keys that a root on the disk answers for, in their order."""
    return [row for row in rows if is_ours(row.certificate, row.kid, kind)]


def pinned(rows: Iterable[Authority]) -> list[Authority]:
    """Give the roots of the register that lie on the disk too, in their order."""
    return [row for row in rows if is_pinned(AuthorityKind(row.kind), row.certificate)]


def standing_roots(at: dt.datetime) -> list[Authority]:
    """Give the roots above our signers that hold now and lie on the disk too, oldest first."""
    rows = Authority.objects.filter(kind=AuthorityKind.CSCA, retired_at=None, valid_to__gt=at)
    return pinned(rows.order_by("valid_from"))


def strangers(at: dt.datetime) -> list[Stranger]:
    """Give the central keys and roots of the register that have not ended and that nothing on the disk answers for."""
    keys = SigningKey.objects.filter(valid_to__gt=at).order_by("id")
    roots = Authority.objects.filter(valid_to__gt=at).order_by("id")
    believed = {row.id for row in ours(keys)} | {row.id for row in pinned(roots)}
    told = [Stranger(row.id, str(row.purpose), bytes(row.kid)) for row in keys]
    told += [Stranger(row.id, "ROOT", kid_of(bytes(row.certificate))) for row in roots]
    return [one for one in told if one.id not in believed]


def _is_below_one(kind: AuthorityKind, certificate: bytes) -> bool:
    roots = pinned_roots(kind)
    return certificate not in roots and any(x509s.is_below(certificate, root) for root in roots)


def _asked(kind: AuthorityKind, certificate: bytes, kid: bytes) -> _Asked:
    return str(config.folder()), kind, certificate, kid
