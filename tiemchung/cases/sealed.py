"""The sealed texts of a case: bound to their row, opened only for who may read the case."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tiemchung.cases.rules import Claim
from tiemchung.core.sealing import blind_index, seal, unseal


def seal_claim(case_id: UUID, claim: Claim) -> bytes:
    """Seal what the citizen said."""
    return seal("cases.claim", json.dumps(claim.as_json(), ensure_ascii=False), str(case_id))


def open_claim(case_id: UUID, sealed: bytes | memoryview) -> Claim:
    """Give what `seal_claim` sealed."""
    return Claim.from_json(json.loads(unseal("cases.claim", bytes(sealed), str(case_id))))


def seal_text(row_id: UUID, text: str) -> bytes | None:
    """Seal a text said in a case; an empty one is nothing."""
    return seal("cases.text", text, str(row_id)) if text else None


def open_text(row_id: UUID, sealed: bytes | memoryview | None) -> str:
    """Give a sealed text, empty where there is none."""
    return unseal("cases.text", bytes(sealed), str(row_id)) if sealed is not None else ""


def seal_phone(row_id: UUID, phone: str) -> bytes | None:
    """Seal the phone at which the reporter is answered (E.164)."""
    return seal("cases.phone", phone, str(row_id)) if phone else None


def open_phone(row_id: UUID, sealed: bytes | memoryview | None) -> str:
    """Give the phone, empty where there is none."""
    return unseal("cases.phone", bytes(sealed), str(row_id)) if sealed is not None else ""


def seal_values(row_id: UUID, values: Mapping[str, Any]) -> bytes:
    """Seal plain values: a draft's content, what OCR read."""
    return seal("cases.values", json.dumps(values, ensure_ascii=False), str(row_id))


def open_values(row_id: UUID, sealed: bytes | memoryview) -> dict[str, Any]:
    """Give what `seal_values` sealed."""
    return dict(json.loads(unseal("cases.values", bytes(sealed), str(row_id))))


def case_contact(case_id: UUID) -> bytes:
    """Give the contact key of a case without a phone."""
    return blind_index("case", str(case_id))
