"""Adopting an account: everything it holds comes in once, with the fewest calls, and nothing there is touched."""

from math import ceil

import pytest
from django.db.models.functions import Now

from accounts.models import AuditEntry, Brand, Customer
from accounts.tenancy import staff_scope
from billing.models import Subscription
from domains.models import DnsRecord, Domain
from mailboxes.models import Credential, Mailbox
from mirror import surveys, walking
from mirror.models import Drift, Survey
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.loading import load_mailboxes
from reseller_portal.sandbox.models import Person
from reseller_portal.upstream.routes import ROUTES
from tests.flow.killing import Killed, reaping
from tests.mirror.account import Account, drifts, fresh, walk

State = Survey.State
READS = {"list_users", "list_user_domains", "list_all_mailboxes", "list_subscriptions", "list_dns_records"}


def names(model: type, field: str, **wanted: object) -> list[str]:
    with staff_scope("test"):
        return sorted(model.objects.filter(**wanted).values_list(field, flat=True))  # type: ignore[attr-defined]  # a model


def everything() -> dict[str, list[str]]:
    """What the portal knows, by kind of thing."""
    return {
        "customers": names(Customer, "company"),
        "domains": names(Domain, "name"),
        "records": names(DnsRecord, "upstream_id"),
        "mailboxes": names(Mailbox, "address"),
        "subscriptions": names(Subscription, "upstream_id"),
        "credentials": names(Credential, "mailbox__address"),
    }


def test_everything_that_an_account_holds_comes_in(account: Account) -> None:
    survey = account.read()
    assert (survey.state, survey.last_error, survey.notes) == (State.DONE, "", [])
    assert names(Customer, "company", adopted_at__isnull=False) == ["Birch", "Harborlight Sales"]
    assert names(Domain, "name", customer__slug="harborlight-sales") == ["harborone.com", "harbortwo.net"]
    assert names(Mailbox, "address", customer__slug="birch") == ["maya@birchone.org", "noor@birchone.org"]
    assert names(Subscription, "domain_name") == ["birchone.org", "harborone.com", "harbortwo.net"]
    with staff_scope("test"):
        assert set(Domain.objects.values_list("state", flat=True)) == {"ACTIVE"}
        assert Credential.objects.exclude(password="").count() == 6
        assert set(DnsRecord.objects.values_list("domain__name", flat=True)) == set(names(Domain, "name"))
        assert AuditEntry.objects.filter(action="mailbox.taken_over").count() == 6
    assert drifts() == []


def test_nothing_is_ordered_charged_or_changed_there(account: Account) -> None:
    before, wallet = len(account.control.calls()), account.control.wallet_minor()
    account.read()
    asked = {operation for operation, _ in account.control.calls()[before:]}
    assert asked == READS
    assert {ROUTES[operation].repeatable for operation in asked} == {"safe"}
    assert account.control.wallet_minor() == wallet
    with staff_scope("test"):
        assert not Operation.objects.exists()


def test_adopting_twice_brings_nothing_new(account: Account) -> None:
    account.read()
    known = everything()
    survey = account.read()
    assert everything() == known
    assert survey.counts["mailboxes"] == {"known": 6, "new": 0, "changed": 0}
    assert drifts() == []


def test_a_dry_run_counts_the_same_and_writes_nothing(account: Account) -> None:
    before = everything()
    looked = account.read(is_dry=True)
    assert everything() == before
    assert drifts() == []
    adopted = account.read()
    assert looked.counts["customers"] == adopted.counts["customers"]
    for what in ("domains", "mailboxes", "subscriptions"):
        assert looked.counts[what]["new"] == adopted.counts[what]["new"] > 0


def test_nobody_adopts_unseen(account: Account) -> None:
    with staff_scope("test"), pytest.raises(surveys.DryRunFirst):
        surveys.begin_adoption(user=None, is_dry=False)
    account.read(is_dry=True)
    with staff_scope("test"):
        assert surveys.begin_adoption(user=None, is_dry=False).state == State.RUNNING


def test_a_second_walk_over_the_account_is_refused_while_one_goes_on(account: Account) -> None:
    with staff_scope("test"):
        surveys.begin(Survey.Kind.ADOPT)
        with pytest.raises(surveys.RunsAlready):
            surveys.begin(Survey.Kind.ADOPT)


@pytest.fixture
def twin(account: Account) -> Account:
    """Somebody at the upstream has the address of Acme, who has no account there yet."""
    account.user("own", email="Hello@ACME.example", company="Acme of old")
    account.buys("own", "acmeold.com")
    return account


def test_an_address_alone_gives_nobody_an_account(twin: Account) -> None:
    survey = twin.read()
    assert survey.counts["customers"]["left"] == 1
    assert [each for each in survey.notes if "Acme of old" in each and "Acme here" in each]
    with staff_scope("test"):
        assert Customer.objects.get(slug="acme").upstream_id == ""
        assert not Customer.objects.filter(upstream_id=twin.users["own"]).exists()
    assert names(Domain, "name", customer__slug="acme") == []
    assert names(Mailbox, "address", address__endswith="acmeold.com") == []


def test_a_dry_run_shows_what_a_customer_could_get_and_staff_say_so(twin: Account) -> None:
    looked = twin.read(is_dry=True)
    shown = [(each["slug"], each["account"], each["domains"], each["mailboxes"]) for each in looked.ties]
    assert shown == [("acme", "Acme of old", 1, 2)]
    with staff_scope("test"):
        survey = surveys.begin_adoption(user=None, is_dry=False, ties=["acme"])
    assert walk(survey).counts["customers"]["tied"] == 1
    with staff_scope("test"):
        assert Customer.objects.get(slug="acme").upstream_id == twin.users["own"]
    assert names(Domain, "name", customer__slug="acme") == ["acmeold.com"]


def test_nobody_agrees_to_what_the_dry_run_did_not_show(twin: Account) -> None:
    twin.read(is_dry=True)
    with staff_scope("test"), pytest.raises(surveys.NoSuchTie):
        surveys.begin_adoption(user=None, is_dry=False, ties=["initech"])


@pytest.mark.parametrize(
    ("told", "code"), [("South Korea", "KR"), ("Turkey", "TR"), ("UK", "GB"), ("USA", "US"), ("Freedonia", "")]
)
def test_a_country_is_understood_by_its_name_or_noted_for_a_person(account: Account, told: str, code: str) -> None:
    birch = Person.objects.get(pk=account.users["birch"])
    birch.record["country"] = told
    birch.save()
    survey = account.read()
    with staff_scope("test"):
        assert Customer.objects.get(company="Birch").country == code
    assert bool([each for each in survey.notes if told in each]) == (code == "")


def test_a_country_that_is_not_understood_leaves_the_one_that_is_here(account: Account) -> None:
    account.read()
    birch = Person.objects.get(pk=account.users["birch"])
    birch.record["country"] = "Freedonia"
    birch.save()
    with staff_scope("test"):
        customer = Customer.objects.get(company="Birch")
    survey = account.read(Survey.Kind.CUSTOMER, customer=customer)
    with staff_scope("test"):
        assert Customer.objects.get(company="Birch").country == "US"
    assert "Freedonia" in survey.notes[0]
    assert drifts() == []


def test_an_address_that_several_users_share_is_left_to_a_person(account: Account) -> None:
    account.user("one", email="hello@acme.example")
    account.user("two", email="Hello@acme.example")
    survey = account.read()
    assert survey.counts["customers"]["left"] == 2
    assert len([each for each in survey.notes if "tie" in each]) == 2
    with staff_scope("test"):
        assert Customer.objects.get(slug="acme").upstream_id == ""


def test_new_customers_get_the_chosen_brand_and_free_addresses(account: Account) -> None:
    account.user("acme", company="Acme")
    with staff_scope("test"):
        foundry = Brand.objects.get(slug="foundry")
    account.read(brand=foundry)
    assert names(Customer, "slug", brand__slug="foundry", adopted_at__isnull=False) == [
        "acme-2", "birch", "harborlight-sales",
    ]  # fmt: skip


def test_a_walk_killed_at_any_step_goes_on_where_it_was(account: Account) -> None:
    """The step's own call may be made again; what was written stays written, once."""
    with staff_scope("test"):
        survey = surveys.begin(Survey.Kind.ADOPT)
    steps = 0
    while fresh(survey).state == State.RUNNING:
        killed = walking._claim(survey.pk)
        assert killed is not None
        assert walking._claim(survey.pk) is None
        with staff_scope("test: the lease of the dead is over"):
            Survey.objects.filter(pk=survey.pk, due_at__isnull=False).update(due_at=Now())
        walking.step(only=survey.pk)
        steps += 1
    assert steps > 8
    done = everything()
    assert len(done["mailboxes"]) == len(done["credentials"]) == 6
    walk(survey)
    assert everything() == done


def test_the_answer_of_a_step_that_was_taken_over_is_dropped(account: Account) -> None:
    with staff_scope("test"):
        survey = surveys.begin(Survey.Kind.ADOPT)
    slow = walking._claim(survey.pk)
    assert isinstance(slow, walking.Step)
    with staff_scope("test: the lease is over"):
        Survey.objects.filter(pk=survey.pk).update(due_at=Now())
    walking.step(only=survey.pk)
    walking._read_and_write(slow)
    assert sorted(each["email"] for each in fresh(survey).people) == ["birch@birch.example", "harbor@harbor.example"]
    assert fresh(survey).calls == 1


def test_a_walk_that_is_stopped_goes_on_later(account: Account) -> None:
    with staff_scope("test"):
        survey = surveys.begin(Survey.Kind.ADOPT)
    for _ in range(4):
        walking.step(only=survey.pk)
    with staff_scope("test"):
        surveys.stop(user=None, survey=survey)
    assert not walking.step(only=survey.pk)
    with staff_scope("test"), pytest.raises(surveys.NotNow):
        surveys.stop(user=None, survey=survey)
    with staff_scope("test"):
        surveys.go_on(user=None, survey=survey)
    assert walk(survey).state == State.DONE
    assert len(everything()["mailboxes"]) == 6


@pytest.mark.parametrize("kind", ["error_before", "lose_answer", "throttle", "truncate", "html"])
def test_faults_on_the_way_cost_time_and_nothing_else(account: Account, kind: str) -> None:
    for operation in READS:
        account.control.fault(operation, kind, times=2)
    assert account.read().state == State.DONE
    assert len(everything()["mailboxes"]) == 6


def test_silence_without_end_stops_the_walk_for_a_person(account: Account) -> None:
    account.control.fault("list_users", "error_before", times=1000)
    survey = account.read()
    assert (survey.state, survey.people) == (State.FAILED, [])
    assert "list_users" in survey.last_error
    account.control.heal()
    with staff_scope("test"):
        surveys.go_on(user=None, survey=survey)
    assert walk(survey).state == State.DONE


def test_no_more_calls_are_made_than_paging_asks_for(account: Account) -> None:
    load_mailboxes(1350)
    before = len(account.control.calls())
    survey = account.read()
    with staff_scope("test"):
        users = Customer.objects.exclude(upstream_id="").count()
        domains, mailboxes = Domain.objects.count(), Mailbox.objects.count()
        pages_of_domains = sum(
            ceil(Domain.objects.filter(customer=each).count() / 100) or 1
            for each in Customer.objects.exclude(upstream_id="")
        )
    least = ceil(users / 100) + pages_of_domains + ceil(mailboxes / 100) + ceil(domains / 50) + domains
    assert (users, domains, mailboxes) == (7, 453, 1356)
    assert len(account.control.calls()) - before == survey.calls == least


def test_no_credential_is_kept_in_clear_or_in_the_bookmark(account: Account) -> None:
    with staff_scope("test"):
        survey = surveys.begin(Survey.Kind.ADOPT)
    secrets = [each["password"] for each in account.api.ok("GET", "/mailboxes")["data"]["mailboxes"]]
    assert len(secrets) == 6
    while fresh(survey).state == State.RUNNING:
        walking.step(only=survey.pk)
        kept = str(vars(fresh(survey)))
        assert not any(secret in kept for secret in secrets)
    with staff_scope("test"):
        rows = str(list(Credential.objects.values())) + str(list(AuditEntry.objects.values()))
        assert not any(secret in rows for secret in secrets)
        assert not Drift.objects.exists()


@pytest.mark.parametrize("point", range(1, 24))
def test_a_walk_killed_at_any_point_goes_on_where_it_was(account: Account, point: int) -> None:
    with staff_scope("test"):
        survey = surveys.begin(Survey.Kind.ADOPT)
    with reaping(point, "survey") as reaper, pytest.raises(Killed):
        walking.work(60)
    assert len(reaper.reached) == point
    with staff_scope("test: the lease of the dead is over"):
        Survey.objects.filter(pk=survey.pk, due_at__isnull=False).update(due_at=Now())
    done = walk(survey)
    assert (done.state, done.attempts, done.lease) == (State.DONE, 0, "")
    assert not drifts(state=Drift.State.OPEN)
    assert len(names(Domain, "name")) >= 2
