"""The other side of `test_fhir.py`: parses FHIR resources with the package `fhir.resources` (R4B, R4's own successor).

Runs in `.venv-oracle`. Standard input is a JSON list of resources; standard output answers with a list of "" or the
first objection to each.
"""

import json
import sys

from fhir.resources.R4B import get_fhir_model_class


def objection(resource: dict) -> str:
    """Give what the package objects to, empty where it accepts the resource and gives the same back."""
    try:
        parsed = get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except Exception as problem:  # each is an objection, whatever the package calls it
        return f"{type(problem).__name__}: {problem}"[:500]
    again = json.loads(parsed.model_dump_json())
    return "" if again.keys() == resource.keys() else f"other fields: {sorted(again.keys() ^ resource.keys())}"


if __name__ == "__main__":
    json.dump([objection(resource) for resource in json.load(sys.stdin)], sys.stdout)
