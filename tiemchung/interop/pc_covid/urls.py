"""The addresses that PC-Covid calls."""

from django.urls import path

from tiemchung.interop.pc_covid.door import receive_proposal

urlpatterns = [path("proposals", receive_proposal, name="pc_covid_proposals")]
