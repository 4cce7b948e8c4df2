from dataclasses import replace
from datetime import UTC, datetime

from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.users import User, UserDraft
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, TAMSIN, Case

DRAFT = UserDraft(
    email="ivo.lindqvist@harborlight.example",
    company="Harborlight Outreach Ltd",
    first_name="Ivo",
    last_name="Lindqvist",
    country="US",
    city="Portland",
    address_line_one="48 Lantern Quay",
    address_line_two="Floor 3",
    address_line_three="Unit B",
    language="en",
    postal_code="97204",
    state="Oregon",
    phone_cc="1",
    phone="5035550142",
)
IVO_READ = User(
    id=IVO,
    email="ivo.lindqvist@harborlight.example",
    company="Harborlight Outreach Ltd",
    first_name="Ivo",
    last_name="Lindqvist",
    country="US",
    city="Portland",
    address_line_one="48 Lantern Quay",
    address_line_two="Floor 3",
    address_line_three="Unit B",
    language="en",
    postal_code="97204",
    state="Oregon",
    phone_cc="1",
    phone="5035550142",
    created_at=datetime(2026, 2, 11, 8, 15, 3, 204000, UTC),
)
TAMSIN_READ = User(
    id=TAMSIN,
    email="tamsin.okafor@brightfen.example",
    company="Brightfen Studio",
    first_name="Tamsin",
    last_name="Okafor",
    country="GB",
    city="Leeds",
    address_line_one="7 Heron Yard",
    language="en",
    postal_code="LS1 4DY",
    state="England",
    phone_cc="44",
    phone="1135550198",
    created_at=datetime(2026, 3, 19, 10, 2, 44, 517000, UTC),
)
CASES = {
    "update_user": Case(
        lambda client: client.users.update(
            IVO, replace(DRAFT, address_line_one="112 Signal Hill Road", postal_code="97209")
        ),
        Accepted("User updated successfully"),
    ),
    "delete_user": Case(lambda client: client.users.delete(TAMSIN), Accepted("User successfully deleted")),
    "create_user": Case(lambda client: client.users.create(DRAFT), User.made_from(DRAFT, IVO)),
    "get_user": Case(lambda client: client.users.get(IVO), IVO_READ),
    "list_users": Case(
        lambda client: client.users.list(limit=50),
        Page((IVO_READ, TAMSIN_READ), current_page=1, total_pages=1, total=2),
    ),
    "list_countries": Case(
        lambda client: client.geo.countries(),
        {"Canada": "CA", "Germany": "DE", "United Kingdom": "GB", "United States": "US"},
    ),
    "list_states": Case(
        lambda client: client.geo.states("US"),
        {"California": "CA", "New York": "NY", "Oregon": "OR", "Washington": "WA"},
    ),
}
