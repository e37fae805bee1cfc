"""Names as the pages write them: areas, products, places."""


from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.places import reads as places
from tiemchung.vaccines.rules import the_book
from tiemchung.web.shared.claim_places import own_place
from tiemchung.web.shared.words import say

UNKNOWN_PRODUCT = "UNKNOWN"


def product_name(code: str) -> str:
    """Give the name on the vial; words for one that the citizen does not know."""
    product = the_book().products.get(code)
    return product.label if product else say("report.dose.product_unknown")


def area_names(claim: Claim) -> str:
    """Give where the person lives, smallest area first, empty before it is asked."""
    smallest = claim.commune_id or claim.district_id or claim.province_id
    return places.path_name(smallest) if smallest else ""


def place_line(dose: ClaimedDose) -> str:
    """Give the place of a dose as it was chosen or written, words where it is not known."""
    if dose.point_id:
        found = places.points_by_id([dose.point_id])
        return next((point.name for point in found.values()), dose.place_name)
    if dose.facility_id:
        houses = places.facilities_by_id([dose.facility_id])
        return next((house.name for house in houses.values()), dose.place_name)
    return own_place(dose) or say("report.place.unknown_short")
