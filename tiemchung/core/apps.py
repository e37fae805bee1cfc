"""Django's name for the ground floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers core's own tables, and how lists are written to the database."""

    name = "tiemchung.core"
    label = "core"

    def ready(self) -> None:
        """Prepare the driver, before the first connection."""
        from tiemchung.core.arrays import use_quick_lists

        use_quick_lists()
