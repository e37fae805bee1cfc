"""Django's name for the exchange with PC-Covid."""

from django.apps import AppConfig


class PcCovidConfig(AppConfig):
    """Registers the tables of the exchange."""

    name = "tiemchung.interop.pc_covid"
    label = "pc_covid"
