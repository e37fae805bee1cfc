"""Tells Django of the demonstration's commands; it owns no tables."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The app of the demonstration week."""

    name = "tiemchung.demo"
    label = "demo"
