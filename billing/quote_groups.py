"""What of a quote cannot be ordered, as its page shows it: each reason once, with all that it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from billing.checking import DOMAIN_FAILED
from billing.models import Item, Quote, QuoteLine
from reseller_portal.core.lists.names import shown_name

SHOWN_NAMES = 3
SHOWN_PROBLEMS = 100


@dataclass
class Problem:
    """One reason. `domain` is set when it is the domain that cannot be had; its mailboxes are counted with it."""

    reason: str
    domain: str = ""
    names: list[tuple[str, str]] = field(default_factory=list)
    mailboxes: int = 0

    @property
    def shown(self) -> Sequence[tuple[str, str]]:
        """(name, person) of the first."""
        return self.names[:SHOWN_NAMES]

    @property
    def hidden(self) -> int:
        return len(self.names) - len(self.shown)


def problems_of(quote: Quote) -> list[Problem]:
    """In the order of the lines; the mailboxes of a domain that cannot be had stand under it alone."""
    found: dict[tuple[str, str], Problem] = {}
    rows = quote.lines.filter(state=QuoteLine.State.PROBLEM).order_by("position")
    columns = ("item", "name", "domain_name", "problem", "first_name", "last_name")
    for item, name, domain, reason, first, last in rows.values_list(*columns):
        if item == Item.DOMAIN:
            found[(domain, "")] = Problem(reason, domain, [(name, "")])
        elif reason == DOMAIN_FAILED and (domain, "") in found:
            found[(domain, "")].mailboxes += 1
        else:
            problem = found.setdefault(("", reason), Problem(reason))
            problem.names.append((name, shown_name(first, last)))
            problem.mailboxes += 1
    return list(found.values())
