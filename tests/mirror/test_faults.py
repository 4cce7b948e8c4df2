"""An upstream that fails while the mirror is read: nothing is lost, nothing is made up, and the calls are bounded."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from accounts.tenancy import scope, staff_scope
from domains.models import Domain
from domains.services.refreshing import MAILBOXES, RECORDS, WHOLE
from mailboxes.models import Mailbox
from mailboxes.services.refreshing import ONE
from mirror import surveys, walking
from mirror.models import Drift, Survey
from mirror.phases import MailboxesOfAll, Paged
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.models import Domain as SoldDomain
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from reseller_portal.upstream.paging import Page
from tests.mirror.account import drifts, fresh, walk
from tests.mirror.state import differences, snapshot
from tests.mirror.stories import NAME, Scene, a_zone_changes, mailboxes_change
from tests.shop import Shop

KINDS = ("stale_read", "lose_answer", "error_before", "error_after", "throttle", "truncate", "html", "hang")
READINGS = ("get_domain", "list_subscriptions", "list_user_mailboxes", "list_dns_records")
TIMES = 3


@pytest.fixture
def scene(shop: Shop) -> Scene:
    return Scene(shop)


def ask_anew(scene: Scene, kind: str, key: str) -> None:
    with scope(scene.shop.customer.pk):
        lookups.ask_anew(customer=scene.shop.customer, kind=kind, keys=[key])


def read(scene: Scene, kind: str, key: str = NAME) -> Operation:
    """Ask, and let it come to rest."""
    ask_anew(scene, kind, key)
    for _ in range(TIMES + 1):
        scene.shop.work()
        scene.shop.pass_time(400)
    with scope(scene.shop.customer.pk):
        return Operation.objects.get(kind=kind, key=key)


def change_everything(scene: Scene) -> None:
    mailboxes_change(scene)
    a_zone_changes(scene)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refresh_ends_right_although_everything_fails_for_a_while(scene: Scene, kind: str) -> None:
    read(scene, WHOLE)
    change_everything(scene)
    before = len(scene.shop.sandbox.calls())
    scene.shop.sandbox.fault("*", kind, times=TIMES)
    done = read(scene, WHOLE)
    calls = len(scene.shop.sandbox.calls()) - before
    assert (done.state, done.due_at) == (Operation.State.DONE, None)
    assert calls <= len(READINGS) * (TIMES + 1)
    if kind == "stale_read":
        # What is out of date cannot be told from what is true, until somebody asks again.
        read(scene, WHOLE)
    found = snapshot()
    read(scene, WHOLE)
    assert differences(found, found, snapshot()) == []
    with scope(scene.shop.customer.pk):
        assert set(Mailbox.objects.values_list("address", flat=True)) == {f"mila@{NAME}", f"maya@{NAME}"}
        assert Domain.objects.get().forward_to == "https://two.example"
        assert not Mailbox.objects.exclude(missing_since=None).exists()


def readings(scene: Scene) -> int:
    """Calls but for the one that asks whether an odd answer is about our key."""
    return sum(name != "get_wallet" for name, _ in scene.shop.sandbox.calls())


@pytest.mark.parametrize("kind", KINDS)
def test_a_survey_ends_right_although_everything_fails_for_a_while(scene: Scene, kind: str) -> None:
    mailboxes_change(scene)
    scene.shop.sandbox.fault("*", kind, times=TIMES)
    before = readings(scene)
    with staff_scope("test: begin a survey"):
        survey = surveys.begin(Survey.Kind.CUSTOMER, customer=scene.shop.customer)
    done = walk(survey)
    assert (done.state, done.attempts, done.lease) == (Survey.State.DONE, 0, "")
    assert readings(scene) - before <= 4 + TIMES
    with scope(scene.shop.customer.pk):
        assert set(Mailbox.objects.values_list("address", flat=True)) == {f"mila@{NAME}", f"maya@{NAME}"}
        assert not Mailbox.objects.exclude(missing_since=None).exists()


def test_a_survey_that_is_refused_by_silence_waits_and_is_due(scene: Scene) -> None:
    scene.shop.sandbox.fault("*", "hang", times=2)
    with staff_scope("test: begin a survey"):
        survey = surveys.begin(Survey.Kind.CUSTOMER, customer=scene.shop.customer)
    assert walking.step(only=survey.pk)
    waiting = fresh(survey)
    assert (waiting.state, waiting.attempts, waiting.lease) == (Survey.State.RUNNING, 1, "")
    assert waiting.due_at is not None
    assert not walking.step(only=survey.pk)


Vanish = Callable[[], object]
DOMAIN_GOES: Vanish = lambda: SoldDomain.objects.filter(name=NAME).update(status="REMOVED")  # noqa: E731
DOMAIN_COMES: Vanish = lambda: SoldDomain.objects.filter(name=NAME).update(status="ACTIVE")  # noqa: E731
MAILBOX_GOES: Vanish = lambda: SoldMailbox.objects.filter(email=f"maya@{NAME}").update(status="REMOVED")  # noqa: E731
MAILBOX_COMES: Vanish = lambda: SoldMailbox.objects.filter(email=f"maya@{NAME}").update(status="ACTIVE")  # noqa: E731


def open_drift() -> list[tuple[str, str]]:
    return [(each.kind, each.subject_type) for each in drifts(state=Drift.State.OPEN)]


@pytest.mark.parametrize(
    ("kind", "model", "goes", "comes"),
    [
        (WHOLE, Domain, DOMAIN_GOES, DOMAIN_COMES),
        (MAILBOXES, Mailbox, MAILBOX_GOES, MAILBOX_COMES),
        (ONE, Mailbox, MAILBOX_GOES, MAILBOX_COMES),
    ],
    ids=["domain", "mailboxes of a domain", "mailbox"],
)
def test_what_is_not_found_is_marked_once_told_twice_and_forgotten_when_it_is_back(
    scene: Scene, kind: str, model: type[Domain] | type[Mailbox], goes: Vanish, comes: Vanish
) -> None:
    key = scene.mailboxes()["maya"] if kind == ONE else NAME
    read(scene, kind, key)
    before = snapshot()
    goes()
    read(scene, kind, key)
    changed = differences(before, before, snapshot())
    assert len(changed) == 1
    assert changed[0].endswith("is_missing: False became True")
    read(scene, kind, key)
    assert open_drift() == []
    with staff_scope("test: ten minutes pass"):
        row = model.objects.exclude(missing_since=None).get()
        assert row.missing_since is not None
        model.objects.filter(pk=row.pk).update(missing_since=row.missing_since - surveys.FRESH)
    for _ in range(2):
        read(scene, kind, key)
        assert open_drift() == [("missing", model._meta.label_lower)]
    comes()
    read(scene, kind, key)
    assert differences(before, before, snapshot()) == []
    assert [each.state for each in drifts()] == [Drift.State.GONE]


@pytest.mark.parametrize("kind", [WHOLE, MAILBOXES, RECORDS])
def test_a_user_that_the_upstream_does_not_know_makes_nothing_look_missing(scene: Scene, kind: str) -> None:
    read(scene, WHOLE)
    before = snapshot()
    with staff_scope("test: the id of the user is wrong"):
        scene.shop.customer.upstream_id = "WRONG"
        scene.shop.customer.save()
    assert read(scene, kind).state == Operation.State.FAILED
    assert differences(before, before, snapshot()) == []
    assert drifts() == []


def test_a_list_without_counts_ends_although_its_first_item_changes() -> None:
    survey, phase = Survey(kind=Survey.Kind.ADOPT, phase="mailboxes"), MailboxesOfAll()
    for number in range(1, 10):
        task = phase.next_task(survey)
        if task is None:
            break
        item = SimpleNamespace(id=str(number % 2), unread=())
        Paged.turn(phase, survey, task, Page((item,), number, None, None))
    assert phase.next_task(survey) is None
    assert survey.cursor["page"] == 4, "the third page begins as the first did"
