"""Users, geography, the wallet and support, by the client."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reseller_portal.sandbox.models import ErrorReport
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.users import User, UserDraft
from tests.client.conftest import Bench
from tests.sandbox.known import IVO, TAMSIN

DRAFT = UserDraft(
    email="rhea@stonemill.example", company="Stonemill", first_name="Rhea", last_name="Stone", country="GB",
    city="Leeds", address_line_one="7 Heron Yard", postal_code="LS1 4DY", state="England", phone_cc="44",
    phone="1135550198",
)  # fmt: skip


def without_time(user: User) -> User:
    assert user.created_at is not None
    return replace(user, created_at=None)


def test_create_user_makes_what_get_and_list_show(bench: Bench) -> None:
    made = bench.client.users.create(DRAFT)
    assert made == User.made_from(DRAFT, made.id)
    assert without_time(bench.client.users.get(made.id)) == made
    assert [each.id for each in bench.client.users.list(contains="stonemill").items] == [made.id]


def test_get_user_says_no_to_an_unknown_one(bench: Bench) -> None:
    assert bench.client.users.get(IVO).email == "ivo@harborlight.example"
    with pytest.raises(Refused, match="404"):
        bench.client.users.get("NOBODY")


def test_list_users_shows_each_of_them_once(bench: Bench) -> None:
    made = [bench.client.users.create(replace(DRAFT, email=f"{number}@stonemill.example")).id for number in range(3)]
    assert sorted(each.id for each in bench.client.users.all()) == sorted([IVO, TAMSIN, *made])
    page = bench.client.users.list(page=2, limit=2)
    assert (len(page.items), page.current_page, page.total_pages, page.total) == (2, 2, 3, 5)


def test_update_user_replaces_everything(bench: Bench) -> None:
    assert bench.client.users.update(IVO, DRAFT).message
    assert without_time(bench.client.users.get(IVO)) == User.made_from(DRAFT, IVO)


def test_delete_user_only_works_on_one_who_owns_nothing(bench: Bench) -> None:
    with pytest.raises(Refused) as refusal:
        bench.client.users.delete(IVO)
    assert refusal.value.details == {"domainCount": 3, "mailboxCount": 2}
    bench.client.users.delete(TAMSIN)
    assert [each.id for each in bench.client.users.all()] == [IVO]


def test_list_countries_maps_names_to_codes(bench: Bench) -> None:
    countries = bench.client.geo.countries()
    assert countries["Norway"] == "NO"
    assert len(countries) > 200


def test_list_states_maps_names_to_codes(bench: Bench) -> None:
    assert bench.client.geo.states("US")["Oregon"] == "OR"
    with pytest.raises(Refused, match="422"):
        bench.client.geo.states("XX")


def test_get_wallet_shows_what_is_left_to_the_cent(bench: Bench) -> None:
    bench.control.set_wallet(Decimal("12.34"))
    wallet = bench.client.wallet.get()
    assert (wallet.balance, wallet.currency, wallet.is_recharged_automatically) == (Decimal("12.34"), "USD", False)


def test_send_error_arrives(bench: Bench) -> None:
    assert bench.client.support.send_error("It broke", user_id=IVO, details={"step": "consent"}).message
    assert ErrorReport.objects.get().content == {"userId": IVO, "message": "It broke", "details": {"step": "consent"}}
