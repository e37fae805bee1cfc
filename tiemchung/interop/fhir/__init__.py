"""A passport as a FHIR document, for partners who were shown its code."""
