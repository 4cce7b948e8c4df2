"""Users and geography."""

from typing import Any

import pycountry

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.models import Person
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation, paged

REQUIRED = (
    "email",
    "firstName",
    "lastName",
    "country",
    "city",
    "addressLineOne",
    "postalCode",
    "state",
    "phoneCc",
    "phone",
)


@operation("create_user", "POST", "/users", writes=True)
def create_user(call: Call) -> Answer:
    """A second call with the same e-mail address makes a twin (contract, section 9)."""
    for key in REQUIRED:
        call.need(key, str)
    if "@" not in call.body["email"]:
        raise Refusal(400, "email must be an e-mail address")
    if pycountry.countries.get(alpha_2=call.body["country"]) is None:
        raise Refusal(400, "country must be a two-letter code")
    person = Person.objects.create(email=call.body["email"], record=dict(call.body), created_at=call.now)
    return ok("User created", {"id": person.id})


@operation("get_user", "GET", "/users")
def get_user(call: Call) -> Answer:
    return ok("User fetched successfully", _as_json(find_person(call.user_id())))


@operation("list_users", "GET", "/users/list")
def list_users(call: Call) -> Answer:
    page, limit = call.page()
    rows = Person.objects.order_by("created_at", "id")
    if call.query.get("contains"):
        rows = rows.filter(email__icontains=call.query["contains"])
    window = rows[(page - 1) * limit : page * limit]
    found = [_as_json(person) for person in window]
    return paged("Users fetched successfully", "users", found, page=page, limit=limit, total=rows.count())


@operation("list_countries", "GET", "/geo/countries")
def list_countries(call: Call) -> Answer:
    return ok("Countries fetched successfully", {each.name: each.alpha_2 for each in pycountry.countries})


@operation("list_states", "GET", "/geo/states")
def list_states(call: Call) -> Answer:
    code = call.need_query("countryCode")
    if pycountry.countries.get(alpha_2=code) is None:
        raise Refusal(404, "Country not found")
    states = pycountry.subdivisions.get(country_code=code) or []  # type: ignore[no-untyped-call]  # pycountry's own gap
    return ok("States fetched successfully", {each.name: each.code.partition("-")[2] for each in states})


def find_person(person_id: str) -> Person:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise Refusal(404, "User does not exist")
    return person


def _as_json(person: Person) -> dict[str, Any]:
    return {"id": person.id, **person.record, "createdAt": clock.as_text(person.created_at)}
