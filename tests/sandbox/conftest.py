"""A caller of the sandbox's API, and a customer who already owns something there."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests

from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.models import Event
from tests.wire import sandbox_session

BASE = "http://sandbox.invalid/api/v1/integration"
KEY = {"cmr-x-api-key": "sandbox-key"}
USER = {
    "email": "ivo@harborlight.example", "company": "Harborlight", "firstName": "Ivo", "lastName": "Lindqvist",
    "country": "US", "city": "Portland", "addressLineOne": "48 Lantern Quay", "languagePreference": "en",
    "postalCode": "97204", "state": "Oregon", "phoneCc": "1", "phone": "5035550142",
}  # fmt: skip
NAMES = ("maya", "noor")


@dataclass
class Api:
    control: Control
    session: requests.Session = field(default_factory=sandbox_session)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.session.request(method, BASE + path, params=query, json=body, headers=KEY, timeout=5)

    def ok(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The content of an answer that must be a yes."""
        answer = self.call(method, path, body, **query)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def events(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(each.body)["data"] for each in Event.objects.filter(name=name).order_by("pk")]

    def user(self, **changed: str) -> str:
        return str(self.ok("POST", "/users", {**USER, **changed})["data"]["id"])

    def order(self, user: str, *domains: str, names: tuple[str, ...] = NAMES, **more: Any) -> str:
        wish = {
            "domains": [{"domain": each, "years": 1} for each in domains],
            "mailboxes": {
                each: [{"username": name, "firstName": name.title(), "lastName": "Ferro"} for name in names]
                for each in domains
            },
            "billingCycle": "MONTHLY",
            "confirm": True,
            "serviceProvider": "GOOGLE",
            **more,
        }
        return str(self.ok("POST", "/orders/json", wish, userId=user)["data"]["orderId"])


@dataclass
class Owner:
    """A user with one domain and two active mailboxes, and an empty event log."""

    api: Api
    user: str
    domain: str = "harborlight.com"

    @property
    def domain_row(self) -> dict[str, Any]:
        rows = self.api.ok("GET", "/domains/by-user", userId=self.user)["data"]["domains"]
        return next(dict(each) for each in rows if each["domainName"] == self.domain)

    @property
    def mailboxes(self) -> list[dict[str, Any]]:
        return list(self.api.ok("GET", "/mailboxes/single", userId=self.user)["data"]["mailboxes"])

    @property
    def subscription(self) -> dict[str, Any]:
        return dict(self.api.ok("GET", "/subscriptions", domain=self.domain)["data"]["subscriptions"][0])

    def wait(self, **time: float) -> None:
        self.api.control.advance(timedelta(**time))


@pytest.fixture
def api(sandbox: Control) -> Api:
    return Api(sandbox)


@pytest.fixture
def owner(api: Api) -> Owner:
    made = Owner(api, api.user())
    api.order(made.user, made.domain)
    api.control.advance(30)
    Event.objects.all().delete()
    return made
