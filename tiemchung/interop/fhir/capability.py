"""What this FHIR server can do, in FHIR's own words. Pure."""

import datetime as dt
from typing import Any


def capability_statement(address: str, at: dt.datetime) -> dict[str, Any]:
    """Give the CapabilityStatement (FHIR R4): one operation, JSON only, read only."""
    operation = {
        "name": "generateHealthCertificate",
        "definition": "http://smart.who.int/ddcc/OperationDefinition/DDCCBundlegenerateHealthCertificate",
        "documentation": "GET with id = base64url of the first 16 bytes of SHA-256 of the certificate's number.",
    }
    security = {"description": "X-Tiemchung-Signature: HMAC-SHA-256 with the agreed key over method and address."}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": at.date().isoformat(),
        "kind": "instance",
        "software": {"name": "Tiêm Chủng"},
        "implementation": {"description": "Tiêm Chủng", "url": f"{address.rstrip('/')}/interop/fhir"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {"mode": "server", "security": security, "resource": [{"type": "Bundle", "operation": [operation]}]},
        ],
    }
