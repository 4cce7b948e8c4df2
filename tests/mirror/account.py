"""An account at the upstream that the portal has never heard of, and the hands to walk over it."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Now

from accounts.tenancy import staff_scope
from mirror import surveys, walking
from mirror.models import Drift, Survey
from reseller_portal.sandbox.control import Control
from tests.sandbox.conftest import Api

NAMES = ("maya", "noor")


@dataclass
class Account:
    """Users with domains and mailboxes, bought without the portal."""

    control: Control
    api: Api = field(init=False)
    users: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.api = Api(self.control)
        self.control.behave(workspace_records="equipped")

    def user(self, name: str, **changed: str) -> str:
        told = {"email": f"{name}@{name}.example", "company": name.title(), **changed}
        self.users[name] = self.api.user(**told)
        return self.users[name]

    def buys(self, name: str, *domains: str, names: tuple[str, ...] = NAMES) -> None:
        self.api.order(self.users[name], *domains, names=names)
        self.control.advance(60)

    def read(self, kind: str = Survey.Kind.ADOPT, **more: Any) -> Survey:
        """A survey from its beginning to its end."""
        with staff_scope("test: begin a survey"):
            survey = surveys.begin(kind, **more)
        return walk(survey)


def walk(survey: Survey, *, most: int = 5000) -> Survey:
    for _ in range(most):
        with staff_scope("test: time passes"):
            Survey.objects.filter(pk=survey.pk, due_at__isnull=False, lease="").update(due_at=Now())
        if not walking.step(only=survey.pk):
            return fresh(survey)
    raise AssertionError("the survey does not come to an end")


def fresh(survey: Survey) -> Survey:
    with staff_scope("test: read a survey"):
        return Survey.objects.select_related("customer").get(pk=survey.pk)


def drifts(**wanted: Any) -> list[Drift]:
    with staff_scope("test: read drift"):
        return list(Drift.objects.filter(**wanted).order_by("pk"))
