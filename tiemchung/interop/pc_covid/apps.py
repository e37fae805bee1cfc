"""Django's name for the exchange with PC-Covid."""

from django.apps import AppConfig


class PcCovidConfig(AppConfig):
    """Registers the tables of the exchange, and the partner with those who are asked in the daily sample."""

    name = "tiemchung.interop.pc_covid"
    label = "pc_covid"

    def ready(self) -> None:
        """Let the daily sample ask how far this partner is."""
        from tiemchung.certificates.comparing import partners
        from tiemchung.interop.pc_covid.comparing import behind

        partners["pc_covid"] = behind
