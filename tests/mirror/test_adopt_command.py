"""`manage.py adopt`: a dry run first, then the real thing, a way to go on after any stop, and plain words."""

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now

from accounts.models import Brand, Customer
from accounts.tenancy import staff_scope
from mirror import surveys, walking
from mirror.models import Survey
from tests.mirror.account import Account

State = Survey.State


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("adopt", *words, stdout=out)
    return out.getvalue()


def newest() -> Survey:
    with staff_scope("test"):
        return Survey.objects.select_related("brand").latest("pk")


def count_adopted() -> int:
    with staff_scope("test"):
        return Customer.objects.exclude(adopted_at=None).count()


def interrupt_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is pressed while one of the following calls is under way."""
    real: Callable[..., bool] = walking.step
    left = [steps]

    def step(*, only: int | None = None) -> bool:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(only=only)

    monkeypatch.setattr(walking, "step", step)


def test_without_words_it_only_looks(account: Account) -> None:
    said = run()
    assert "Dry run: everything is read, nothing is written." in said
    assert "2 customers, 3 domains, 6 mailboxes and 3 subscriptions are new." in said
    assert "manage.py adopt --apply --brand outreach" in said
    assert "Nothing is ordered or charged." in said
    assert count_adopted() == 0
    assert newest().is_dry


def test_it_tells_part_for_part_what_it_does(account: Account) -> None:
    said = run()
    for number, part in enumerate(("List of customers", "Customers", "Domains", "Mailboxes", "Subscriptions"), 1):
        assert f"  {number}/5  {part} " in said


def test_after_a_look_it_takes_over_and_says_what_comes_next(account: Account) -> None:
    run()
    said = run("--apply", "--brand", "foundry")
    assert "New customers belong to Inbox Foundry." in said
    assert "invite the owners: /admin/accounts/customer/?owner=none" in said
    assert count_adopted() == 2
    with staff_scope("test"):
        assert set(Customer.objects.exclude(adopted_at=None).values_list("brand__slug", flat=True)) == {"foundry"}


def test_nobody_takes_over_unseen(account: Account) -> None:
    with pytest.raises(CommandError, match="start a dry run, and read what it found"):
        run("--apply")
    assert count_adopted() == 0


def test_a_script_may_say_yes_beforehand(account: Account) -> None:
    said = run("--apply", "--yes")
    assert said.index("Dry run") < said.index("Adopting the account")
    assert count_adopted() == 2


def test_saying_yes_repeats_no_dry_run_of_today(account: Account) -> None:
    run()
    assert "Dry run" not in run("--apply", "--yes")


def test_after_ctrl_c_the_next_call_goes_on_where_it_was(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    with monkeypatch.context() as patched:
        interrupt_after(5, patched)
        with pytest.raises(CommandError, match=r"`manage\.py adopt --apply` watches it again"):
            run("--apply")
    halfway = newest()
    assert (halfway.state, halfway.lease) == (State.RUNNING, "")
    run("--apply")
    survey = newest()
    assert (survey.pk, survey.state, survey.counts["mailboxes"]["new"]) == (halfway.pk, State.DONE, 6)


def test_what_was_left_by_ctrl_c_is_carried_on_by_a_worker(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        interrupt_after(2, patched)
        with pytest.raises(CommandError):
            run()
    walking.work(20)
    assert newest().state == State.DONE


def test_after_a_kill_the_next_call_waits_for_the_lease_and_goes_on(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    with staff_scope("test"):
        survey = surveys.begin_adoption(user=None, is_dry=False)
    assert walking.step(only=survey.pk)
    assert walking._claim(survey.pk) is not None

    def two_minutes_pass(_seconds: float) -> None:
        with staff_scope("test"):
            Survey.objects.filter(pk=survey.pk).update(due_at=Now())

    monkeypatch.setattr("mirror.management.commands.adopt.time.sleep", two_minutes_pass)
    said = run("--apply")
    assert "A worker has it: watching." in said
    assert (newest().pk, newest().state, count_adopted()) == (survey.pk, State.DONE, 2)


def test_one_that_was_stopped_goes_on(account: Account) -> None:
    run()
    with staff_scope("test"):
        survey = surveys.begin_adoption(user=None, is_dry=False, brand=Brand.objects.get(slug="foundry"))
    walking.step(only=survey.pk)
    with staff_scope("test"):
        surveys.stop(user=None, survey=survey)
    run("--apply")
    assert (newest().pk, newest().state) == (survey.pk, State.DONE)


def test_a_brand_cannot_be_changed_on_the_way(account: Account) -> None:
    run()
    with staff_scope("test"):
        surveys.begin_adoption(user=None, is_dry=False, brand=Brand.objects.get(slug="foundry"))
    with pytest.raises(CommandError, match="gives new customers to foundry"):
        run("--apply", "--brand", "outreach")


def test_it_watches_what_a_worker_is_doing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The survey is another's until its lease ends: the command looks, and takes no step of its own."""
    with staff_scope("test"):
        survey = surveys.begin_adoption(user=None, is_dry=True)
        Survey.objects.filter(pk=survey.pk).update(lease="a-worker", due_at=None)

    def a_worker_ends_it(_seconds: float) -> None:
        with staff_scope("test"):
            Survey.objects.filter(pk=survey.pk).update(state=State.DONE, lease="")

    monkeypatch.setattr("mirror.management.commands.adopt.time.sleep", a_worker_ends_it)
    assert "Nothing was written" in run()
    assert newest().calls == 0


def test_a_dry_run_that_is_under_way_keeps_the_real_thing_back(account: Account) -> None:
    with staff_scope("test"):
        surveys.begin_adoption(user=None, is_dry=True)
    with pytest.raises(CommandError, match="A dry run is under way"):
        run("--apply")


def test_a_brand_that_is_not_there_is_answered_with_those_that_are(account: Account) -> None:
    run()
    with pytest.raises(CommandError, match="There is foundry and outreach"):
        run("--apply", "--brand", "nobody")


def test_without_any_brand_it_says_where_to_make_one(account: Account) -> None:
    with staff_scope("test"):
        Customer.objects.all().delete()
        Brand.objects.all().delete()
    with pytest.raises(CommandError, match="make one in the admin"):
        run()


def test_a_key_that_the_upstream_refuses_is_no_empty_account(account: Account, settings: pytest.FixtureRequest) -> None:
    settings.UPSTREAM_KEY = "wrong"  # type: ignore[attr-defined]  # the settings of pytest-django
    with pytest.raises(CommandError, match=r"The upstream refuses us: .*UPSTREAM_KEY"):
        run()
    assert newest().state == State.RUNNING
    with staff_scope("test"):
        assert surveys.fresh_dry_run() is None
    settings.UPSTREAM_KEY = "sandbox-key"  # type: ignore[attr-defined]  # the settings of pytest-django
    with staff_scope("test: the next try is due"), connection.cursor() as cursor:
        cursor.execute("UPDATE operations_circuit SET opened_at = NULL, next_try_at = NULL")
        Survey.objects.update(due_at=Now())
    assert "2 customers" in run()


def test_one_that_somebody_stops_meanwhile_is_said(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*, only: int) -> bool:
        with staff_scope("test"):
            surveys.stop(user=None, survey=Survey.objects.get(pk=only))
        return True

    monkeypatch.setattr(walking, "step", stopped)
    with pytest.raises(CommandError, match=r"It was stopped\. `manage\.py adopt` goes on"):
        run()


def test_notes_for_a_person_are_printed(account: Account) -> None:
    account.user("twin-one", email="hello@acme.example")
    account.user("twin-two", email="HELLO@acme.example")
    said = run()
    assert "Needs attention (2):" in said
    assert "names several users or customers" in said
