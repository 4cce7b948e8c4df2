"""Placement tests, and the call that takes error reports."""

from collections.abc import Mapping
from typing import Any

from reseller_portal.sandbox import wallet
from reseller_portal.sandbox.models import ErrorReport, PlacementTest
from reseller_portal.sandbox.operations.owned import mailbox_by_id
from reseller_portal.sandbox.operations.people import find_person
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation, paged

PRICE_MINOR = 50
INSIGHT_MINOR = 25
TEST_SECONDS = 30.0
SEEDS = {"google": 6, "microsoft365": 4}


@operation("create_placement_test", "POST", "/placement", writes=True)
def create_placement_test(call: Call) -> Answer:
    """The only call with a 402 (contract, quirk 30). No event follows."""
    person = find_person(call.user_id())
    mailboxes = [mailbox_by_id(each) for each in call.need_texts("mailboxIds")]
    for mailbox in mailboxes:
        if mailbox.person_id != person.id:
            raise Refusal(404, "Mailbox not found")
        if mailbox.status != "ACTIVE":
            raise Refusal(400, f"Mailbox {mailbox.email} has no SMTP credentials")
    insight = bool(call.body.get("aiInsight"))
    price = (PRICE_MINOR + INSIGHT_MINOR * insight) * len(mailboxes)
    if wallet.balance_minor() < price:
        raise Refusal(402, "Insufficient wallet balance to run placement test")
    wish = {
        "spamassassin": bool(call.body.get("spamassassin")),
        "blacklist": bool(call.body.get("blacklist")),
        "aiInsight": insight,
        "mailboxes": [{"id": each.id, "email": each.email} for each in mailboxes],
    }
    test = PlacementTest.objects.create(person=person, made_at=call.now, wish=wish)
    wallet.charge(price, f"Placement test of {len(mailboxes)} mailboxes", test.id)
    later(TEST_SECONDS, "placement_done", test.id)
    return ok("Success", {"orderId": test.id})


@step("placement_done")
def placement_done(test_id: str) -> None:
    PlacementTest.objects.filter(pk=test_id).update(is_done=True)


@operation("list_placement_reports", "GET", "/placement/reports")
def list_placement_reports(call: Call) -> Answer:
    """Newest first."""
    person, (page, limit) = find_person(call.user_id()), call.page()
    rows = PlacementTest.objects.filter(person=person).order_by("-made_at", "-id")
    if call.query.get("orderId"):
        rows = rows.filter(pk=call.query["orderId"])
    if call.query.get("mailboxId"):
        rows = rows.filter(wish__mailboxes__contains=[{"id": call.query["mailboxId"]}])
    found = [_as_json(each) for each in rows[(page - 1) * limit : page * limit]]
    words = "Placement reports fetched successfully"
    return paged(words, "reports", found, page=page, limit=limit, total=rows.count())


def _as_json(test: PlacementTest) -> dict[str, Any]:
    wants_insight = test.wish["aiInsight"]
    return {
        "orderId": test.id,
        "status": "COMPLETED" if test.is_done else "PENDING",
        "spamassassin": test.wish["spamassassin"],
        "blacklist": test.wish["blacklist"],
        "aiInsightRequested": wants_insight,
        "aiInsight": "Placement looks healthy." if wants_insight and test.is_done else None,
        "mailboxCount": len(test.wish["mailboxes"]),
        "mailboxes": [_mailbox_json(test, each) for each in test.wish["mailboxes"]],
    }


def _mailbox_json(test: PlacementTest, mailbox: Mapping[str, str]) -> dict[str, Any]:
    inbox = {
        provider: [{"seed": f"seed{number}@{provider}.example", "folder": "INBOX"} for number in range(seeds)]
        for provider, seeds in SEEDS.items()
    }
    return {
        "placementOrderId": f"{test.id[:8]}{mailbox['id'][:8]}",
        "fromEmail": mailbox["email"],
        "status": "COMPLETED" if test.is_done else "PENDING",
        "report": {
            "inboxTest": inbox if test.is_done else {provider: [] for provider in SEEDS},
            "spamassassin": {"score": 0.4} if test.is_done and test.wish["spamassassin"] else {},
            "blacklist": {"listed": 0} if test.is_done and test.wish["blacklist"] else {},
        },
    }


@operation("send_error", "POST", "/send-error", writes=True)
def send_error(call: Call) -> Answer:
    """Any JSON object is kept."""
    if not call.body:
        raise Refusal(400, "The report is empty")
    ErrorReport.objects.create(made_at=call.now, content=dict(call.body))
    return ok("Error reported successfully")
