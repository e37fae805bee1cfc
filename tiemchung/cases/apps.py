"""Django's name for the domain of cases."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.cases"
    label = "cases"
