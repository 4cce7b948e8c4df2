"""Adopting an account: everything it holds comes in once, with the fewest calls, and nothing there is touched."""

from accounts.models import AuditEntry, Customer
from accounts.tenancy import staff_scope
from billing.models import Subscription
from domains.models import DnsRecord, Domain
from mailboxes.models import Credential, Mailbox
from mirror.models import Survey
from reseller_portal.upstream.routes import ROUTES
from tests.mirror.account import Account, drifts

State = Survey.State


def names(model: type, field: str, **wanted: object) -> list[str]:
    with staff_scope("test"):
        return sorted(model.objects.filter(**wanted).values_list(field, flat=True))  # type: ignore[attr-defined]  # a model


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
    assert asked == {
        "list_users", "list_user_domains", "list_all_mailboxes", "list_subscriptions", "list_dns_records",
    }  # fmt: skip
    assert {ROUTES[operation].repeatable for operation in asked} == {"safe"}
    assert account.control.wallet_minor() == wallet
