"""`manage.py demo_signins`: how to get in, as staff and as a citizen."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tiemchung.core.clock import now
from tiemchung.demo.people import the_cast
from tiemchung.demo.signins import read_sign_ins, sign_ins_path
from tiemchung.demo.staff import staff_plans
from tiemchung.demo.week import first_day

_CITIZENS = ("an", "chi", "hoa", "khai", "lan", "minh", "nga", "oanh", "son", "thu", "xuan", "vinh", "khoi")


class Command(BaseCommand):
    """Prints the demonstration's sign-ins; they open synthetic data only."""

    help = "Print addresses, accounts with the code of this moment, and citizens with the fact that is asked of them."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the three tables."""
        known = read_sign_ins()
        if not known:
            self.stdout.write("No demonstration is loaded: manage.py demo")
            return
        self._print_staff()
        self._print_citizens()

    def _print_staff(self) -> None:
        known = read_sign_ins()
        self.stdout.write(f"\nStaff: {settings.PUBLIC_ADDRESS}{settings.LOGIN_URL}  (kept in {sign_ins_path()})")
        for plan in staff_plans():
            one = known[plan.username]
            self.stdout.write(
                f"  {plan.username:<7} {one.password}  code {one.code()}  secret {one.totp_secret}"
                f"  {plan.full_name}, {plan.role}"
            )
        self.stdout.write("  a fresh code: manage.py demo_code NAME")

    def _print_citizens(self) -> None:
        today, cast = first_day(now()), the_cast()
        self.stdout.write(f"\nCitizens: {settings.PUBLIC_ADDRESS}  (the code comes as an SMS, see `sms`)")
        for role in (cast[key] for key in _CITIZENS):
            born = role.birth_date(today)
            when = f"{born:%Y}" if role.precision == "YEAR" else f"{born:%d/%m/%Y}"
            phone = f"0{role.phone_number()[3:]}"
            self.stdout.write(f"  {phone}  {role.full_name}, {when}  {role.story}")
