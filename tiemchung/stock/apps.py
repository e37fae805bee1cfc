"""Django's name for the domain of stock."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.stock"
    label = "stock"
