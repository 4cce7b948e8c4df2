PYTHON ?= python3
PY := .venv/bin/python
# `check` looks at settings only; nothing here is a secret and no database is asked.
PLAIN := SECRET_KEY=only-for-checks-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ \
	FIELD_KEYS=3w2kJ9cYh0m3xv5b5n2m5sU1m9H0r9t3Qm9Jt0yqv0E= DATABASE_URL=postgresql://app:app@localhost/portal \
	CELERY_BROKER_URL=redis://localhost:6379/0 UPSTREAM_URL=https://upstream.example/api/v1/integration \
	UPSTREAM_KEY=key ALLOWED_HOSTS=portal.example ADMIN_HOST=admin.example

.PHONY: run sandbox load reset test again soak check bench format lock setup setup-run browser clean

setup-run:
	@$(PYTHON) bin/bootstrap.py requirements/portal.txt

setup:
	@$(PYTHON) bin/bootstrap.py requirements/dev.txt

run: setup-run
	@$(PY) -m reseller_portal.supervisor run

sandbox: setup-run
	@$(PY) -m reseller_portal.supervisor sandbox

# Beside a running sandbox: `make load MAILBOXES=100000`.
load: setup-run
	@$(PY) -m reseller_portal.supervisor load $(or $(MAILBOXES),1000000)

reset: setup-run
	@$(PY) -m reseller_portal.supervisor reset

browser:
	@$(PYTHON) bin/browser.py

# In another order each time. `make test ARGS=--randomly-seed=7` repeats one; the last lines name it.
test: setup browser
	@$(PY) -m pytest -n 2 $(ARGS)

# What waits, races or is killed, ten times in ten orders.
AGAIN := tests/jobs tests/operations tests/concurrency tests/flow/test_crash_points.py tests/mirror/test_races.py \
	tests/webhooks/test_processing.py tests/sandbox/test_moving_clock.py
again: setup
	@for seed in 1 2 3 4 5 6 7 8 9 10; do $(PY) -m pytest -n 2 --randomly-seed=$$seed $(AGAIN) $(ARGS) || exit 1; done

# The same proofs as in `make test`, longer.
soak: setup
	@EXAMPLES=150 STEPS=20000 PORTAL_RUNS=150 STOP_SECONDS=60 $(PY) -m pytest -n 2 --timeout 7200 tests/sandbox/test_conformance.py tests/model tests/e2e/test_stopped_services.py

check: setup
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates
	$(PY) bin/marks.py
	DJANGO_SETTINGS_MODULE=reseller_portal.settings.production $(PLAIN) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=reseller_portal.settings.production $(PLAIN) $(PY) manage.py check --deploy --fail-level WARNING

# `make bench GOALS=resting` measures some of them.
bench: setup
	@$(PY) -W ignore::RuntimeWarning -m tests.benchmarks $(GOALS)

format: setup
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

# Pins again what pyproject.toml asks for, keeping what still fits; `make lock ARGS=--upgrade` takes the newest of all.
lock:
	@$(PYTHON) bin/lock.py $(ARGS)

clean:
	rm -rf .venv .data .mypy_cache .ruff_cache .pytest_cache
