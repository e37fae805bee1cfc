"""The only verbs that sign, revoke and publish."""

from tiemchung.certificates.actions.cards import (
    CardChange,
    ensure_signing_key,
    refresh_card,
    refresh_cards,
    revocation_hash,
)

__all__ = ["CardChange", "ensure_signing_key", "refresh_card", "refresh_cards", "revocation_hash"]
