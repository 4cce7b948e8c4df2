"""One odd value of the upstream keeps nobody else from being read: what no database keeps is left out, or not told."""

import json
from typing import Any

import pytest
import requests

from accounts.models import Customer
from accounts.tenancy import staff_scope
from domains.models import DnsRecord
from mailboxes.models import Mailbox
from mirror.models import Survey
from tests.mirror.account import Account


def answer_with(monkeypatch: pytest.MonkeyPatch, part: str, **odd: Any) -> None:
    """The first object with this key in answers of addresses with `part` has these values."""
    real = requests.Session.send

    def send(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        answer = real(self, request, **options)
        if part in str(request.url) and answer.ok:
            content = answer.json()
            _change(content, dict(odd))
            answer._content = json.dumps(content).encode()
        return answer

    monkeypatch.setattr(requests.Session, "send", send)


def _change(value: Any, odd: dict[str, Any]) -> None:
    if isinstance(value, dict):
        found = odd.keys() & value.keys()
        value.update({key: odd.pop(key) for key in found if not isinstance(value[key], dict | list)})
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _change(each, odd)


@pytest.mark.parametrize(
    ("part", "odd"),
    [
        ("/users", {"company": "A\0B"}),
        ("/users", {"firstName": "A\ud800B"}),
        ("/users", {"company": "", "email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"}),
        ("/mailboxes", {"firstName": "a\0b"}),
        ("/mailboxes", {"lastName": "\udfff"}),
        ("/mailboxes", {"firstName": "F" * 300}),
        ("/dns", {"value": "a\0b"}),
        ("/dns", {"ttl": 10**12}),
    ],
)
def test_an_account_is_adopted_whatever_one_value_in_it_is(
    account: Account, monkeypatch: pytest.MonkeyPatch, part: str, odd: dict[str, Any]
) -> None:
    answer_with(monkeypatch, part, **odd)
    survey = account.read()
    assert (survey.state, survey.last_error) == (Survey.State.DONE, "")
    with staff_scope("test"):
        assert Customer.objects.exclude(upstream_id="").count() == 2
        assert Mailbox.objects.count() == 6
        assert DnsRecord.objects.exists()


def test_what_can_be_shown_of_a_name_is_kept(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, "/mailboxes", firstName="Ma\0ya\ud800")
    account.read()
    with staff_scope("test"):
        assert Mailbox.objects.filter(first_name="Maya?").count() == 1
