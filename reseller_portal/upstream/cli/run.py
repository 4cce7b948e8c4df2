"""Parsing, running, and one line for what went wrong."""

import os
import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reseller_portal.upstream.cli.arguments import pairs, request, route_of
from reseller_portal.upstream.cli.errors import UsageError, advice, exit_code
from reseller_portal.upstream.cli.output import as_json, as_table, plain
from reseller_portal.upstream.cli.reading import Reading, lists, read_list, read_thing, things, wants
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import UpstreamError
from reseller_portal.upstream.routes import read_paths, with_paths

SECONDS_BETWEEN_CALLS = 0.25
EXAMPLES = """\
The upstream is read from UPSTREAM_URL (with /api/v1/integration), its key from UPSTREAM_KEY, and operations that
live elsewhere than believed from UPSTREAM_PATHS (get_wallet=GET /balance, get_domain=/domains).

  list users contains=acme
  list mailboxes user_id=YZS4 --first 0 --json
  get order QWW9 user_id=YZS4
  call set_subscription_auto_renew subscriptionId=KPAC autoRenew:=false --yes
"""


def run(words: Sequence[str]) -> int:
    """Runs one command; 0, or a code for what went wrong after one line on stderr."""
    asked = _parser().parse_args(words)
    try:
        answer = plain(asked.run(asked), shows_secrets=asked.show_secrets)
    except ValueError as error:
        return _complain(f"Not sent: {error}.".replace("?.", "?"), 2)
    except UpstreamError as error:
        return _complain(advice(error), exit_code(error))
    return _show(as_json(answer) if asked.json else as_table(answer))


def _show(text: str) -> int:
    """Whoever reads may stop early, as `head` does."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Else the interpreter complains once more when it closes what is closed already.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m reseller_portal.upstream",
        description="The upstream API at the prompt.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    nobody = Client("http://localhost", "")
    listing = _command(commands, "list", "several things, as far as --first reaches", _list)
    listing.epilog = _words_of(lists(nobody))
    listing.add_argument("thing", choices=lists(nobody), metavar="THING")
    listing.add_argument("words", nargs="*", metavar="key=value")
    listing.add_argument("--first", type=int, default=100, metavar="N", help="how many at most; 0 for all (100)")
    getting = _command(commands, "get", "one thing", _get)
    getting.epilog = f"{_words_of(things(nobody))}\n\nThe first word may be given bare: get user YZS4"
    getting.add_argument("thing", choices=things(nobody), metavar="THING")
    getting.add_argument("words", nargs="*", metavar="id | key=value")
    calling = _command(commands, "call", "any operation of the API, as it is on the wire", _call)
    calling.add_argument("operation")
    calling.add_argument("words", nargs="*", metavar="key=text | key:=JSON")
    calling.add_argument("--body", default="", metavar="JSON", help="an object with all or some of the keys")
    calling.add_argument("--yes", action="store_true", help="needed for what changes something or spends money")
    operations = _command(commands, "operations", "the operations that `call` knows", _operations)
    operations.add_argument("part", nargs="?", default="", help="only those whose name or path has this")
    return parser


def _words_of(readings: Mapping[str, Reading]) -> str:
    lines = (f"  {name:18} {wants(readings[name])}".rstrip() for name in readings)
    return "\n".join(["things, and the words they take:", *lines])


def _command(commands: Any, name: str, text: str, does: Callable[[Namespace], Any]) -> ArgumentParser:
    description = f"{text[0].upper()}{text[1:]}."
    command: ArgumentParser = commands.add_parser(
        name, help=text, description=description, formatter_class=RawDescriptionHelpFormatter
    )
    command.set_defaults(run=does)
    command.add_argument("--json", action="store_true", help="JSON instead of a table")
    command.add_argument("--show-secrets", action="store_true", help="do not cover passwords")
    command.add_argument("--path", action="append", default=[], metavar="OPERATION=PATH", help="another path for one")
    return command


def _list(asked: Namespace) -> Any:
    found, has_more = read_list(_client(asked), asked.thing, pairs(asked.words), asked.first)
    if has_more:
        sys.stderr.write(f"The first {asked.first}; there are more. --first 0 shows all.\n")
    return found


def _get(asked: Namespace) -> Any:
    bare = tuple(word for word in asked.words if "=" not in word)
    named = pairs([word for word in asked.words if "=" in word])
    return read_thing(_client(asked), asked.thing, bare, named)


def _call(asked: Namespace) -> Any:
    """The answer's data, or the whole of it when there is none."""
    route = route_of(asked.operation)
    wish = request(asked.operation, asked.words, asked.body)
    if route.repeatable != "safe" and not asked.yes:
        spends = "spends money" if route.charges else "changes something"
        raise UsageError(f"{asked.operation} {spends}; say --yes if you mean it")
    answer = _client(asked).call(wish.operation, query=wish.query, body=wish.body, form=wish.form)
    return answer.envelope if answer.content is None else answer.content


def _operations(asked: Namespace) -> Any:
    return [
        {
            "operation": name,
            "place": route.place,
            "query": " ".join(route.query),
            "evidence": route.evidence,
            "repeatable": route.repeatable,
            "charges": route.charges,
        }
        for name, route in with_paths(_paths(asked)).items()
        if asked.part in f"{name} {route.place}"
    ]


def _client(asked: Namespace) -> Client:
    url, key = os.environ.get("UPSTREAM_URL", ""), os.environ.get("UPSTREAM_KEY", "")
    if not url.startswith(("http://", "https://")) or not key:
        raise UsageError("set UPSTREAM_URL, an http or https address, and UPSTREAM_KEY")
    return Client(url, key, before_call=_Pace(), paths=_paths(asked))


def _paths(asked: Namespace) -> dict[str, str]:
    """What the environment moves, and what this command moves. Raises `ValueError`."""
    try:
        named = read_paths(os.environ.get("UPSTREAM_PATHS", ""))
    except ValueError as error:
        raise UsageError(f"UPSTREAM_PATHS cannot be read: {error}") from None
    return {**named, **pairs(asked.path)}


class _Pace:
    """Keeps a command under the upstream's five calls a second, with room for the portal's own."""

    def __init__(self) -> None:
        self._last = -SECONDS_BETWEEN_CALLS

    def __call__(self, _operation: str) -> None:
        time.sleep(max(0.0, self._last + SECONDS_BETWEEN_CALLS - time.monotonic()))
        self._last = time.monotonic()


def _complain(line: str, code: int) -> int:
    sys.stderr.write(" ".join(line.split()) + "\n")
    return code
