"""The passport on paper: PDF, A4 or for a wallet."""

from tiemchung.certificates.paper.facts import NothingToPrint
from tiemchung.certificates.paper.press import Paper, passport_pdf

__all__ = ["NothingToPrint", "Paper", "passport_pdf"]
