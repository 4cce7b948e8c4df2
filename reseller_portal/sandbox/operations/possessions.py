"""A domain that is owned: its details, forwarding, OAuth client, and its removal."""

from dataclasses import replace
from urllib.parse import urlsplit

from reseller_portal.sandbox import events
from reseller_portal.sandbox.ids import new_action_id, new_id
from reseller_portal.sandbox.models import Domain
from reseller_portal.sandbox.operations.names import domain_json
from reseller_portal.sandbox.operations.owned import GONE, domain_by_name, domains_of_wish
from reseller_portal.sandbox.operations.people import find_person
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation

FORWARDING_SECONDS = 3.0


@operation("get_domain", "GET", "/domains/details")
def get_domain(call: Call) -> Answer:
    """By name; an id is understood, too."""
    if call.query.get("domainId"):
        (domain,) = domains_of_wish(replace(call, body={"domainIds": [call.query["domainId"]]}))
    else:
        domain = domain_by_name(call, call.need_query("domain"))
    return ok("Domain details fetched successfully", domain_json(domain))


@operation("add_domain_forwarding", "POST", "/domains/forwarding", writes=True)
def add_domain_forwarding(call: Call) -> Answer:
    call, target = _with_user(call), str(call.need("forwardTo", str))
    if urlsplit(target).scheme not in {"http", "https"} or not urlsplit(target).netloc:
        raise Refusal(400, "forwardTo must be a URL")
    action_id = new_action_id()
    for domain in _active(domains_of_wish(call)):
        domain.forwarding = {"forwardTo": target, "maskForwarding": bool(call.body.get("maskForwarding"))}
        domain.save(update_fields=["forwarding"])
        later(FORWARDING_SECONDS, "forwarding_set", f"{domain.id} {action_id} URL {target}")
    return ok("Domain forwarding will be added shortly", actionId=action_id)


@operation("add_email_forwarding", "POST", "/domains/email-forwarding", writes=True)
def add_email_forwarding(call: Call) -> Answer:
    """Catch-all of a whole domain; its mailboxes must be active."""
    call, address = _with_user(call), str(call.need("email", str))
    if "@" not in address:
        raise Refusal(400, "email must be an e-mail address")
    domains, action_id = _active(domains_of_wish(call)), new_action_id()
    for domain in domains:
        living = domain.mailboxes.exclude(status__in=GONE)
        if not living.exists() or living.exclude(status="ACTIVE").exists():
            raise Refusal(422, f"The mailboxes of {domain.name} are not all active")
    for domain in domains:
        domain.mail_goes_to = address
        domain.save(update_fields=["mail_goes_to"])
        later(FORWARDING_SECONDS, "forwarding_set", f"{domain.id} {action_id} MX {address}")
    return ok("Email forwarding will be added shortly", actionId=action_id)


@step("forwarding_set")
def forwarding_set(subject: str) -> None:
    domain_id, action_id, kind, value = subject.split(" ", 3)
    domain = Domain.objects.select_related("person").filter(pk=domain_id).first()
    if domain is None:
        return
    record = {"recordId": new_id(), "host": "@", "value": value, "recordType": kind, "priority": "", "ttl": 3600}
    facts = {"action": "ADDED", "domainName": domain.name, "record": record}
    events.emit("dns-record.updated", domain.person, facts, action_id=action_id)


@operation("add_google_client_id", "POST", "/domains/add-client-id", writes=True)
def add_google_client_id(call: Call) -> Answer:
    """The client id is looked at before anything is queued."""
    person = find_person(str(call.body.get("userId") or call.query.get("userId") or ""))
    client_id, app = str(call.need("clientId", str)), str(call.need("appName", str))
    if "apps.googleusercontent" not in client_id:
        raise Refusal(400, f"App name mismatch for client ID {client_id}: {app}")
    for name in call.need_texts("domains"):
        rows = Domain.objects.filter(person=person, name=name.lower()).exclude(status__in=GONE)
        if not rows.exists():
            raise Refusal(404, f"Admin mailbox not found for domain {name}")
    return ok("Client ID will be added shortly", actionId=new_action_id())


@operation("remove_domains", "DELETE", "/domains", writes=True)
def remove_domains(call: Call) -> Answer:
    """Neither money back nor a cancelled subscription. A domain with mailboxes stays."""
    if "ids" in call.body and "domainIds" not in call.body:
        call = Call(call.operation, call.query, {**call.body, "domainIds": call.body["ids"]}, call.now)
    domains = domains_of_wish(call)
    for domain in domains:
        if domain.mailboxes.exclude(status__in=GONE).exists():
            raise Refusal(409, f"Domain {domain.name} still has mailboxes")
    Domain.objects.filter(pk__in=[each.pk for each in domains]).update(status="REMOVED")
    return ok("Domains removed successfully")


def _with_user(call: Call) -> Call:
    """The user may stand in the body, as the sources do not say where."""
    if call.query.get("userId") or not isinstance(call.body.get("userId"), str):
        return call
    return replace(call, query={**call.query, "userId": call.body["userId"]})


def _active(domains: list[Domain]) -> list[Domain]:
    for domain in domains:
        if domain.status != "ACTIVE":
            raise Refusal(422, f"Domain {domain.name} is not active")
    return domains
