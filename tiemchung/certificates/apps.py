"""Django's name for the domain of certificates."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.certificates"
    label = "certificates"
