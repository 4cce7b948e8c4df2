"""Users and geography."""

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pycountry

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.models import Person
from reseller_portal.sandbox.operations.owned import GONE
from reseller_portal.sandbox.wire import Answer, Call, Refusal, bare, ok, operation, paged

REQUIRED = (
    "email",
    "company",
    "firstName",
    "lastName",
    "country",
    "city",
    "addressLineOne",
    "languagePreference",
    "postalCode",
    "state",
    "phoneCc",
    "phone",
)
OPTIONAL = ("addressLineTwo", "addressLineThree")
LONGEST_EMAIL = 254
LONGEST_TEXT = 255
EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
SIGNS = set(" .,'#&()/-")


@operation("create_user", "POST", "/users", writes=True)
def create_user(call: Call) -> Answer:
    """A second call with the same e-mail address makes a twin (contract, section 9)."""
    record = _record(call)
    person = Person.objects.create(email=record["email"], record=record, created_at=call.now)
    return ok("User created", {"id": person.id})


@operation("update_user", "PUT", "/users", writes=True)
def update_user(call: Call) -> Answer:
    """The full object, although every field is documented as optional (contract, quirk 11).

    With `partial_updates` switched on, what is left out stays as it is.
    """
    person = find_person(call.user_id())
    if clock.world().manners.get("partial_updates"):
        call = replace(call, body={**person.record, **call.body})
    person.record = _record(call)
    person.email = person.record["email"]
    person.save()
    return ok("User updated successfully")


@operation("delete_user", "DELETE", "/users", writes=True)
def delete_user(call: Call) -> Answer:
    """Only without domains and mailboxes; success has no `data` (contract, quirk 12)."""
    person = find_person(call.user_id())
    counts = {
        "domainCount": person.domain_set.exclude(status__in=GONE).count(),
        "mailboxCount": person.mailbox_set.exclude(status__in=GONE).count(),
    }
    if any(counts.values()):
        raise Refusal(400, "User has active domains or mailboxes", counts)
    person.delete()
    return bare("User successfully deleted")


def _record(call: Call) -> dict[str, Any]:
    """The known fields, with HTML entities decoded. Raises `Refusal` for what is missing or malformed."""
    free = set(clock.manners().get("optional_fields", ()))
    wanted = [key for key in REQUIRED if key not in free or call.body.get(key)]
    record: dict[str, Any] = {key: html.unescape(str(call.need(key, str))) for key in wanted}
    record |= {key: html.unescape(str(call.body[key])) for key in OPTIONAL if call.body.get(key)}
    _refuse_odd_text({key: text for key, text in record.items() if key != "email"})
    if not EMAIL.fullmatch(record["email"]):
        raise Refusal(400, "email must be an e-mail address")
    if len(record["email"]) > LONGEST_EMAIL:
        raise Refusal(400, "email is too long")
    if pycountry.countries.get(alpha_2=record["country"]) is None:
        raise Refusal(400, "country must be a two-letter code")
    return record


def _refuse_odd_text(texts: Mapping[str, str]) -> None:
    """Letters of any script, digits, spaces and some signs; looked at after HTML entities are decoded."""
    for key, text in texts.items():
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise Refusal(400, f"{key} is missing or malformed")
        if not all(each in SIGNS or unicodedata.category(each)[0] in "LM" or each.isdecimal() for each in text):
            raise Refusal(400, f"{key} holds characters that are not allowed")


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
        raise Refusal(422, "Country not found")
    states = pycountry.subdivisions.get(country_code=code) or []  # type: ignore[no-untyped-call]  # pycountry's own gap
    return ok("States fetched successfully", {each.name: each.code.partition("-")[2] for each in states})


def find_person(person_id: str) -> Person:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise Refusal(404, "The requested user does not exist.")
    return person


def _as_json(person: Person) -> dict[str, Any]:
    return {"id": person.id, **person.record, "createdAt": clock.as_text(person.created_at)}
