"""Commands whose file may stand before or behind the options."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class AnyOrder(BaseCommand):
    """Reads words and options in whatever order they are typed: a file may come last."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Give Django's parser, reading intermixed."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser
