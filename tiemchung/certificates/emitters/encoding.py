"""The two spellings that web formats share."""

import json
from base64 import urlsafe_b64encode
from typing import Any


def text64(data: bytes) -> str:
    """Give base64url without padding."""
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def compact_json(item: Any) -> bytes:
    """Give JSON without a space, in UTF-8."""
    return json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
