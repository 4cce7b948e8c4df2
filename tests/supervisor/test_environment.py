from pathlib import Path

from reseller_portal.supervisor.environment import Plan, make_plan, portal_environment, sandbox_environment

KEYS = {"SECRET_KEY": "made-here", "FIELD_KEYS": "made-here-too"}


def environment_of(plan: Plan) -> dict[str, str]:
    return portal_environment(
        plan, KEYS, app_url="postgresql:///app", owner_url="postgresql:///owner", broker="redis://b", cache="unix://c"
    )


def test_nothing_set_means_everything_embedded(tmp_path: Path) -> None:
    plan = make_plan(tmp_path, {})
    found = environment_of(plan)
    assert (plan.data, plan.port, plan.sandbox_port) == (tmp_path / ".data", 8000, 8001)
    assert found["UPSTREAM_URL"] == "http://127.0.0.1:8001/api/v1/integration"
    assert found["UPSTREAM_KEY"] == "sandbox-key"
    assert found["DJANGO_SETTINGS_MODULE"] == "reseller_portal.settings.dev"
    assert (found["DATABASE_URL"], found["DATABASE_OWNER_URL"]) == ("postgresql:///app", "postgresql:///owner")


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    plan = make_plan(tmp_path, {"UPSTREAM_URL": "", "DATABASE_URL": " ", "PORT": ""})
    assert plan.has_sandbox
    assert plan.has_database
    assert environment_of(plan)["UPSTREAM_URL"].startswith("http://127.0.0.1:")


def test_a_real_upstream_takes_the_sandbox_s_place(tmp_path: Path) -> None:
    plan = make_plan(tmp_path, {"UPSTREAM_URL": "https://upstream.example/api/v1/integration", "UPSTREAM_KEY": "real"})
    found = environment_of(plan)
    assert not plan.has_sandbox
    assert (found["UPSTREAM_URL"], found["UPSTREAM_KEY"]) == ("https://upstream.example/api/v1/integration", "real")
    assert "UPSTREAM_IS_SANDBOX" not in found


def test_a_key_without_an_address_does_not_lock_the_portal_out_of_its_sandbox(tmp_path: Path) -> None:
    assert environment_of(make_plan(tmp_path, {"UPSTREAM_KEY": "real"}))["UPSTREAM_KEY"] == "sandbox-key"


def test_keys_of_one_s_own_stay(tmp_path: Path) -> None:
    assert environment_of(make_plan(tmp_path, {"SECRET_KEY": "mine"}))["SECRET_KEY"] == "mine"


def test_the_sandbox_hears_nothing_of_the_portal_s_secrets(tmp_path: Path) -> None:
    plan = make_plan(tmp_path, {"SECRET_KEY": "mine", "DATABASE_URL": "postgresql://u:p@h/n", "PORT": "8400"})
    found = sandbox_environment(plan, "postgresql:///sandbox")
    assert "SECRET_KEY" not in found
    assert "DATABASE_URL" not in found
    assert found["SANDBOX_WEBHOOK_URL"] == "http://127.0.0.1:8400/webhooks/upstream/"


def test_a_sandbox_alone_sends_its_events_where_it_is_told(tmp_path: Path) -> None:
    mine = "http://127.0.0.1:9000/hooks"
    plan = make_plan(tmp_path, {"SANDBOX_WEBHOOK_URL": mine})
    assert sandbox_environment(plan, "postgresql:///sandbox", is_alone=True)["SANDBOX_WEBHOOK_URL"] == mine
    alone = make_plan(tmp_path, {})
    assert sandbox_environment(alone, "postgresql:///sandbox", is_alone=True)["SANDBOX_WEBHOOK_URL"] == ""
