"""What others may ask: a person's card and passport, and what a verifier needs to trust."""

from tiemchung.certificates.reads.cards import CARD_COLUMNS, CARD_TABLE, CardView, card_of_person, trust_list

__all__ = ["CARD_COLUMNS", "CARD_TABLE", "CardView", "card_of_person", "trust_list"]
