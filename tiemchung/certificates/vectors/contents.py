"""Files that hold one code as text, with what they should unpack to beside them."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tiemchung.certificates.formats import hc1, icao, jws, shc, trust
from tiemchung.certificates.formats.dcc import normalised
from tiemchung.certificates.formats.reading import Fault, Outcome, Reading, Why
from tiemchung.certificates.formats.registry import MAX_PACKED_TEXT, read
from tiemchung.certificates.vectors.known import issuer_of_keys, name_promise
from tiemchung.certificates.vectors.tally import Check, Found, agreed_or_not

_CODE = re.compile(r"\ufeff?(HC\d:|HL\d:|shc:|eyJ|B64:|PK\x03|\{\"data\"|(https://\S+#)?shlink:/)")
_CHUNK = re.compile(r"(.*numeric-value)-(\d+)((?:-.*)?)")
_UNREAD = (Why.DAMAGED, Why.NOT_OURS, Why.TOO_LONG, Why.INCOMPLETE, Why.MALFORMED_HEADER)


def looks_like_code(text: str) -> bool:
    """Tell whether a text begins like one of the codes that certificates are printed as."""
    return _CODE.match(text) is not None


def _web_keys(path: Path) -> list[dict[str, Any]]:
    try:
        keys = json.loads(path.read_text("utf-8")).get("keys")
    except (ValueError, AttributeError, OSError):
        return []
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def keys_near(path: Path, root: Path, issuer: str) -> trust.TrustList:
    """Give the web keys published in a file's folder or up to two above it, never above the parent of `root`.

    A key file that is listed with its address keeps to it; another speaks for the card's own issuer, unless a
    listed file already does.
    """
    folders = [path.parent, *list(path.parent.parents)[:2]]
    within = [f for f in folders if f == root.parent or root in (f, *f.parents)]
    files = [
        f for folder in within for f in sorted([*folder.glob("*jwks*.json"), *folder.glob(".well-known/jwks.json")])
    ]
    listed = any(issuer_of_keys(file.name) == issuer for file in files)
    believed = []
    for file in files:
        address = issuer_of_keys(file.name) or (None if listed else issuer)
        believed += _believed(_web_keys(file), address) if address else []
    return trust.trust_list(believed)


def _believed(keys: list[dict[str, Any]], issuer: str) -> list[trust.TrustedKey]:
    found = []
    for key in keys:
        try:
            found.append(trust.key_of_jwk(key, issuer=issuer))
        except ValueError:
            continue
    return found


def _card_facts(code: str) -> tuple[str, datetime]:
    """Give issuer and a moment just after a card began to count; a fixed moment for everything else."""
    try:
        payload = jws.parse(shc.to_jws(code.strip("\r\n\ufeff"))).payload
        issuer, start = payload.get("iss"), hc1.seconds(payload.get("nbf"))
    except (Fault, ValueError):
        return "", datetime(2022, 1, 1, tzinfo=UTC)
    return (issuer if isinstance(issuer, str) else ""), datetime.fromtimestamp(start or 0, UTC) + timedelta(hours=1)


def reading_near(code: str, path: Path, root: Path) -> Reading:
    """Give the Reading of a code under the keys published near its file."""
    issuer, now = _card_facts(code)
    return read(code, keys=keys_near(path, root, issuer), now=now)


def _published(path: Path) -> Any:
    name = path.name
    for ending in ("Contents.txt", ".txt"):
        for suffix in ("Unpacked.json", "Unpacked.txt"):
            file = path.with_name(name.removesuffix(ending) + suffix)
            if name.endswith(ending) and file.is_file():
                return _as_json(file.read_text("utf-8-sig").strip())
    expanded = re.sub(r"-(d-jws|f-qr-code-numeric-value-\d+)$", "-b-jws-payload-expanded.json", path.stem)
    file = path.with_name(expanded)
    return _as_json(file.read_text("utf-8-sig")) if expanded != path.stem and file.is_file() else None


def _as_json(text: str) -> Any:
    try:
        return json.loads(text) if text.startswith("{") else dict(jws.parse(text).payload)
    except (ValueError, Fault):
        return None


def _octets_as_text(item: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(k): urlsafe_b64encode(v).decode().rstrip("=") if isinstance(v, bytes) else v for k, v in item.items()}


def unpacked(code: str, reading: Reading) -> Any:
    """Give what a code unpacks to in the published shape: headers and contents, or the plain JSON."""
    if reading.format != "hc1":
        return reading.content
    parts = hc1.unpack(code.strip("\r\n\ufeff"))
    return {
        "protectedAttributes": _octets_as_text(parts.message.headers),
        "unprotectedAttributes": _octets_as_text(parts.message.unprotected),
        "contents": parts.claims,
    }


def _same(found: Any, published: Mapping[str, Any]) -> bool:
    if isinstance(found, Mapping) and "contents" in found and "contents" not in published:
        found = found["contents"]
    return bool(normalised(found) == normalised(published))


def checks_of_code(code: str, path: Path, root: Path, file: str) -> list[Check]:
    """Give the checks of one text: what its name promises, and that it unpacks to what is published beside it."""
    promise, reason = name_promise(path.name)
    reading = reading_near(code, path, root)
    if promise == "none":
        return [Check(file, "UNPACK", Found.SKIPPED, reason)]
    if promise == "refused":
        refused = reading.outcome is not Outcome.VALID
        return [agreed_or_not(file, "REFUSED", refused, f"reads as VALID though {reason}")]
    checks = [agreed_or_not(file, "UNPACK", reading.why not in _UNREAD, f"{reading.outcome} {reading.why}")]
    published = _published(path)
    if isinstance(published, dict) and reading.why not in _UNREAD:
        same = _same(unpacked(code, reading), published)
        checks.append(agreed_or_not(file, "CONTENT", same, "unpacks to something else than published"))
    if published is not None and reading.why is Why.BAD_SIGNATURE:
        checks.append(agreed_or_not(file, "SIGNATURE", False, "the published key does not verify it"))
    elif ("signature", True) in reading.layers and (reading.format == "shc" or _brings_its_key(reading)):
        checks.append(agreed_or_not(file, "SIGNATURE", True, ""))
    return checks


def _brings_its_key(reading: Reading) -> bool:
    return reading.format == "icao" and icao.signer_of(reading.content) is not None


def chunk_groups(paths: list[Path]) -> dict[Path, list[Path]]:
    """Give the files that are chunks of one card, under the first of them."""
    groups: dict[tuple[Path, str, str], list[tuple[int, Path]]] = {}
    for path in paths:
        matched = _CHUNK.fullmatch(path.stem)
        if matched:
            key = (path.parent, matched[1], matched[3])
            groups.setdefault(key, []).append((int(matched[2]), path))
    ordered = [[path for _, path in sorted(group)] for group in groups.values() if len(group) > 1]
    return {group[0]: group for group in ordered}


def joined(paths: list[Path]) -> str | None:
    """Give the one text of chunk files; None when they are not chunks of one card."""
    try:
        return shc.join_chunks([path.read_text("utf-8-sig").strip() for path in paths])
    except (Fault, OSError, ValueError):
        return None


def codes_in_file(path: Path) -> list[str]:
    """Give the codes a card file or text file holds; empty when it holds none."""
    if path.stat().st_size > 4 * MAX_PACKED_TEXT:
        return []
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".smart-health-card":
        try:
            cards = jws.json_object(text).get("verifiableCredential")
        except ValueError:
            return [text]
        return [card for card in cards if isinstance(card, str)] if isinstance(cards, list) else [text]
    return [text] if looks_like_code(text) else []
