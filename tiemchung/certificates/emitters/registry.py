"""The open list of emitters: a file in this folder that defines EMITTER is a member."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tiemchung.certificates.emitters.facts import CertificateFacts, EmissionKey


@dataclass(frozen=True, slots=True)
class Emitted:
    """A signed text, and the bytes that its signature covers."""

    text: str
    signed_bytes: bytes


@dataclass(frozen=True, slots=True)
class Emitter:
    """One form: the code that the switch names, the reader that reads it, and how it is made.

    `emit` raises NotEmittable where the facts do not make one; `binds_to_document` says that it needs the number of
    the holder's passport book.
    """

    code: str
    read_by: str
    emit: Callable[[CertificateFacts, EmissionKey], Emitted]
    binds_to_document: bool = False


@cache
def emitters() -> Mapping[str, Emitter]:
    """Give every form by its code."""
    package = __name__.rpartition(".")[0]
    folder = import_module(package)
    names = sorted(module.name for module in iter_modules(folder.__path__))
    members = (getattr(import_module(f"{package}.{name}"), "EMITTER", None) for name in names)
    return {member.code: member for member in members if isinstance(member, Emitter)}
