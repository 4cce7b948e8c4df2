"""Why a line failed: our sentence for customers, the upstream's words for staff, and whether trying again may help."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from billing.order_models import Item, OrderLine, UnsellableName

DOMAIN_FAILED = "Its domain was not registered."
UNAVAILABLE = "The name was taken before the order reached the registry."
NO_REASON = "The upstream gave no reason."
NOT_DELIVERED = "The upstream ended the order without it."
# Reasons of ours that a better one may still replace.
VAGUE = (NO_REASON, NOT_DELIVERED)
# A domain, an address, a link: names are chosen by customers and say nothing about the reason.
BETWEEN = re.compile(r"[\s\"'“”]+")
SIGN_OF_A_NAME = re.compile(r"[.@].*\w", re.DOTALL)
# What an event brings may be long; a reason stands at its beginning.
MOST_READ = 2000
MOST_SAID = 300


@dataclass(frozen=True)
class Failure:
    """`words` are for the customer. `may_help` False: what failed so will fail again."""

    words: str
    may_help: bool = True


UNKNOWN = Failure("The provider could not deliver this. Try again, or write to us.")
TAKEN = Failure("The name was taken before it could be registered. Choose another one.", may_help=False)
IN_USE = Failure("The name is in use at the provider already. Choose another one.", may_help=False)
EXISTS = Failure("This address exists already. Choose another one.", may_help=False)
NOT_ALLOWED = Failure("The provider does not allow this address. Choose another one.", may_help=False)
REGISTRY = Failure("The registry did not accept the registration. Try again.")
NO_MONEY = Failure("It could not be carried out at that time. Try again.")
WITH_ITS_DOMAIN = Failure(DOMAIN_FAILED)
DOMAIN_FAILED_FOR_GOOD = "Its domain cannot be had. Choose another one."
WITH_ITS_DOMAIN_FOR_GOOD = Failure(DOMAIN_FAILED_FOR_GOOD, may_help=False)
NOTHING_SAID = Failure("The provider did not deliver this. Try again.")
CONTACT = Failure("The provider did not accept the contact details of your company. Write to us to correct them.")
CHARGED = Failure("The provider could not set this name up. Choose another one.", may_help=False)
CHARGED_MAILBOX = Failure("The provider could not set this mailbox up. Choose another address.", may_help=False)
NO_MAILBOX_LEFT = Failure("None of its mailboxes could be ordered, so the domain was not bought.")
PRICE_REFUSED = Failure("Its price changed before it was bought, and the new one was not accepted.")

# The first that matches, in words without names. Other words for the same reason are the rule, not the exception.
KNOWN: tuple[tuple[str, Failure], ...] = (
    (r"workspace", IN_USE),
    (r"(mailbox|address|user ?name|e-?mail|account)\b.*\b(exists?|in use|taken|duplicated?)\b", EXISTS),
    (r"\bduplicated? (mailbox|address|user|e-?mail)", EXISTS),
    (r"(user ?name|local part|alias)\b.*\b(valid|invalid|reserved|allowed|permitted|forbidden)\b", NOT_ALLOWED),
    (r"\breserved\b", NOT_ALLOWED),
    (r"\b(taken|unavailable|(not|no longer) available|already (registered|exists|in use|owned))\b", TAKEN),
    (r"\bregist(ry|rar|ration|er|ered)\b", REGISTRY),
    (r"\b(wallet|balance|insufficient|funds?|payment)\b", NO_MONEY),
    (r"\b(contact|postal|phone|country|city)\b", CONTACT),
)


# Reasons that are those of a domain and never of a mailbox on it.
OF_DOMAINS = (UNAVAILABLE, PRICE_REFUSED.words)
_SENTENCES = {
    each.words: each
    for each in (
        *(failure for _, failure in KNOWN),
        UNKNOWN,
        CHARGED,
        CHARGED_MAILBOX,
        WITH_ITS_DOMAIN,
        WITH_ITS_DOMAIN_FOR_GOOD,
        NO_MAILBOX_LEFT,
        PRICE_REFUSED,
    )
}
FIELDS = ("problem", "said", "is_said_by_staff", "may_help")


def explain(reason: str) -> Failure:
    """What the customer reads for a reason of the upstream or of ours. Unknown words get a neutral sentence."""
    if not reason or reason in VAGUE:
        return NOTHING_SAID
    if reason in _SENTENCES:
        return _SENTENCES[reason]
    words = _without_names(reason[:MOST_READ].lower())
    return next((failure for pattern, failure in KNOWN if re.search(pattern, words)), UNKNOWN)


def _without_names(text: str) -> str:
    """In steps that grow with the length alone."""
    return " ".join(word for word in BETWEEN.split(text) if not SIGN_OF_A_NAME.search(word))


def note_reason(line: OrderLine, reason: str, *, is_said_by_staff: bool = False) -> None:
    """Set on the line why it failed; the caller saves `FIELDS`. Words of staff are the customer's as they stand."""
    failure = Failure(reason[:MOST_SAID]) if is_said_by_staff else explain(reason)
    line.is_said_by_staff = is_said_by_staff
    if failure is TAKEN and line.item == Item.MAILBOX:
        failure = EXISTS
    line.said, line.problem, line.may_help = reason[:500], failure.words, failure.may_help


def reason_of(line: OrderLine, reason: str, domains: Collection[str]) -> str:
    """Why the line fails with its part: a mailbox on one of these domains for its domain, where that is the reason."""
    if line.item == Item.DOMAIN or line.domain_name not in domains or reason not in OF_DOMAINS:
        return reason
    return DOMAIN_FAILED if explain(reason).may_help else DOMAIN_FAILED_FOR_GOOD


def reason_for_mailboxes(domain: OrderLine) -> str:
    """Why the mailboxes on a failed domain fail with it."""
    return DOMAIN_FAILED if domain.may_help else DOMAIN_FAILED_FOR_GOOD


def note_charged(line: OrderLine) -> None:
    """A line failed although the upstream took the money: it is not tried again, nor sold to anybody else.

    Words of staff stay as they are.
    """
    failure = CHARGED if line.item == Item.DOMAIN else CHARGED_MAILBOX
    line.problem, line.may_help = line.problem if line.is_said_by_staff else failure.words, failure.may_help
    line.save(update_fields=["problem", "may_help"])
    if line.item == Item.DOMAIN:
        UnsellableName.objects.update_or_create(
            name=line.name, defaults={"said": line.said, "is_sold_again": False, "noted_at": timezone.now()}
        )
        settle_mailboxes(line)


def settle_mailboxes(domain: OrderLine) -> None:
    """The reason of a domain may become known after its mailboxes failed with it."""
    if not domain.may_help:
        mailboxes = domain.part.lines.filter(item=Item.MAILBOX, domain_name=domain.domain_name, problem=DOMAIN_FAILED)
        mailboxes.update(problem=DOMAIN_FAILED_FOR_GOOD, may_help=False)
