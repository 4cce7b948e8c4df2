"""What happens to a customer at the upstream before the portal hears of it. Every event comes in some story."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from accounts.tenancy import staff_scope
from reseller_portal.sandbox.control import Letter
from tests.sandbox.conftest import Api
from tests.sandbox.test_events import GOOGLE
from tests.shop import Shop

NAME = "first.com"
YEAR = timedelta(days=366)
MONTH = timedelta(days=31, hours=1)


@dataclass
class Scene:
    """A customer who owns a domain with two mailboxes, everything heard of, and the hands to change it there."""

    shop: Shop
    api: Api = field(init=False)
    user: str = field(init=False)

    def __post_init__(self) -> None:
        self.api = Api(self.shop.sandbox)
        self.shop.order(NAME)
        self.shop.finish()
        with staff_scope("test: who is it there"):
            self.shop.customer.refresh_from_db()
        self.user = self.shop.customer.upstream_id

    def wait(self, step: timedelta | float = 30) -> None:
        self.shop.sandbox.advance(step)

    def mailboxes(self, domain: str = NAME) -> dict[str, str]:
        """Id by user name."""
        rows = self.api.ok("GET", "/mailboxes/single", userId=self.user)["data"]["mailboxes"]
        return {each["email"].partition("@")[0]: each["mailboxId"] for each in rows if domain in each["email"]}

    def subscription(self, domain: str = NAME) -> str:
        return str(self.api.ok("GET", "/subscriptions", domain=domain)["data"]["subscriptions"][0]["subscriptionId"])

    def change(self, mailbox: str, **values: str) -> None:
        body = {"mailboxData": {"mailboxId": mailbox, **values}}
        self.api.ok("PATCH", "/mailboxes/update-mailbox-details", body, userId=self.user)
        self.wait()

    def export(self, mailbox: str, app: str) -> None:
        body = {"mailboxId": mailbox, "google": {**GOOGLE, "appName": app}}
        self.api.ok("POST", "/mailboxes/oauth", body, userId=self.user)
        self.wait()

    def renew_domains(self) -> None:
        self.api.ok("POST", "/domains/renew", {"userId": self.user, "domains": [NAME]})
        self.wait()

    def domains_renew_themselves(self) -> None:
        body = {"userId": self.user, "domains": [NAME], "autoRenew": True}
        self.api.ok("PATCH", "/domains/toggle-auto-renew", body)

    def nobody_pays_mailboxes(self) -> None:
        body = {"subscriptionId": self.subscription(), "autoRenew": False}
        self.api.ok("POST", "/subscriptions/toggle-autorenewal", body)


Story = Callable[[Scene], None]


def an_order_partly_fails(scene: Scene) -> None:
    """And what it brought is renamed, warmed up and exported before anybody heard of it."""
    scene.shop.order("second.com", "hidden-conflict.net")
    scene.shop.work()
    scene.wait()
    made = scene.mailboxes("second.com")
    scene.change(made["maya"], firstName="Mila")
    scene.export(made["noor"], "Sender")
    scene.api.ok("POST", "/mailboxes/warmup", mailboxId=made["noor"])
    scene.wait(200)


def the_money_runs_out_in_an_order(scene: Scene) -> None:
    scene.shop.order("poor.com")
    scene.shop.work()
    scene.shop.sandbox.set_wallet(13)
    scene.wait()
    scene.shop.sandbox.set_wallet(500)


def a_domain_is_renewed_at_the_second_try(scene: Scene) -> None:
    scene.nobody_pays_mailboxes()
    scene.wait(YEAR - timedelta(days=30))
    scene.shop.sandbox.set_wallet(0)
    scene.renew_domains()
    scene.shop.sandbox.set_wallet(500)
    scene.renew_domains()


def a_domain_is_forgotten(scene: Scene) -> None:
    scene.nobody_pays_mailboxes()
    scene.wait(YEAR + timedelta(days=10))


def a_workspace_is_paid_late_and_cancelled(scene: Scene) -> None:
    scene.shop.sandbox.set_wallet(0)
    scene.wait(MONTH)
    scene.shop.sandbox.set_wallet(500)
    scene.wait(timedelta(days=1))
    scene.api.ok("POST", "/subscriptions/renew-subscriptions", {"subscriptionIds": [scene.subscription()]})
    scene.wait()
    scene.api.ok("POST", "/subscriptions/cancel", {"domain": NAME})


def a_second_year_begins(scene: Scene) -> None:
    scene.domains_renew_themselves()
    scene.wait(YEAR + timedelta(days=1))


def a_domain_in_grace_blocks_its_mailboxes(scene: Scene) -> None:
    scene.wait(YEAR + timedelta(days=1))


def mailboxes_change(scene: Scene) -> None:
    """One takes the address that another one gave up."""
    maya, noor = (scene.mailboxes()[name] for name in ("maya", "noor"))
    scene.change(maya, userName="mila", firstName="Mila")
    scene.change(noor, userName="maya")
    scene.change(noor, lastName="Berg", profilePicture="https://cdn.example/noor.jpg")
    for app in ("Sender", "Other"):
        scene.export(maya, app)
    scene.api.ok("POST", "/mailboxes/warmup", mailboxId=maya)
    scene.wait(200)
    scene.api.ok("DELETE", "/mailboxes/warmup", mailboxId=maya)


def a_zone_changes(scene: Scene) -> None:
    def ask(method: str, body: Any = None, **query: str) -> Any:
        return scene.api.ok(method, "/dns", body, userId=scene.user, **query)

    record = {"host": "www", "value": "192.0.2.1", "recordType": "A"}
    made = ask("POST", {"domain": NAME, "records": [record, {**record, "host": "old"}]})["data"]
    ask("PUT", {**record, "domain": NAME, "recordId": made[0]["recordId"], "value": "192.0.2.2"})
    ask("DELETE", recordId=made[1]["recordId"])
    for target in ("https://one.example", "https://two.example"):
        scene.api.ok("POST", "/domains/forwarding", {"domains": [NAME], "forwardTo": target}, userId=scene.user)
        scene.wait()


def packages_are_bought_and_a_workspace_is_made_anew(scene: Scene) -> None:
    stock = scene.api.ok("GET", "/pre-warmup", serviceProvider="GOOGLE")["data"]["inventory"]
    order = [{"domain": stock[0]["domain"]}, {"domain": "long-gone.com"}]
    body = {"order": order, "serviceProvider": "GOOGLE", "autoRenew": True}
    scene.api.ok("POST", "/pre-warmup/order", body, userId=scene.user)
    scene.wait()
    scene.change(scene.mailboxes(stock[0]["domain"])["elif.moreau"], firstName="Ella")
    scene.api.ok("POST", "/component/subscriptions/recreate", {"subscriptionIds": [scene.subscription()]})
    scene.wait(300)


def everything_at_once(scene: Scene) -> None:
    parts: tuple[Story, ...] = (
        an_order_partly_fails,
        mailboxes_change,
        a_zone_changes,
        packages_are_bought_and_a_workspace_is_made_anew,
        a_workspace_is_paid_late_and_cancelled,
    )
    for part in parts:
        part(scene)


STORIES: dict[str, Story] = {
    story.__name__: story
    for story in (
        an_order_partly_fails,
        the_money_runs_out_in_an_order,
        a_domain_is_renewed_at_the_second_try,
        a_domain_is_forgotten,
        a_workspace_is_paid_late_and_cancelled,
        a_second_year_begins,
        a_domain_in_grace_blocks_its_mailboxes,
        mailboxes_change,
        a_zone_changes,
        packages_are_bought_and_a_workspace_is_made_anew,
        everything_at_once,
    )
}


def tell(shop: Shop, story: Story) -> list[Letter]:
    """What happened is over at the upstream, and nothing of it was heard."""
    story(Scene(shop))
    return shop.sandbox.pending_letters()
