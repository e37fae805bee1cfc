"""Published lists of foreign signers, read from files: one file a form, found by its folder. Pure."""

from tiemchung.certificates.trust_import.parsed import ListRefused, ParsedList, ParsedSigner
from tiemchung.certificates.trust_import.recognise import parse_list

__all__ = ["ListRefused", "ParsedList", "ParsedSigner", "parse_list"]
