"""Django's name for the exchange with PC-Covid."""

from django.apps import AppConfig


class PcCovidConfig(AppConfig):
    """Registers the tables of the exchange, and the partner with the daily sample and among those who hear of cases."""

    name = "tiemchung.interop.pc_covid"
    label = "pc_covid"

    def ready(self) -> None:
        """Let the daily sample ask how far this partner is, and the partner hear of the reports made through it."""
        from tiemchung.cases.kinds import Door
        from tiemchung.cases.telling import hearers
        from tiemchung.certificates.comparing import partners
        from tiemchung.interop.pc_covid.comparing import behind
        from tiemchung.interop.pc_covid.tasks import note_case

        partners["pc_covid"] = behind
        hearers[Door.PARTNER] = note_case
