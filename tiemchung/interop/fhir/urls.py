"""The addresses of the FHIR door."""

from django.urls import path

from tiemchung.interop.fhir.door import generate_health_certificate, metadata

urlpatterns = [
    path("metadata", metadata, name="fhir_metadata"),
    path("Bundle/$generateHealthCertificate", generate_health_certificate, name="fhir_health_certificate"),
]
