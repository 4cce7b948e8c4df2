"""Which method of the client makes which call, and where the portal uses it: read from the source itself."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from reseller_portal.upstream.client import Client

ROOT = Path(__file__).parents[2]
PORTAL = ("accounts", "billing", "domains", "mailboxes", "mirror", "reseller_portal")
# The client itself, and those who know no client.
NOT_THE_PORTAL = {"upstream", "sandbox", "supervisor", "migrations"}

Methods = Mapping[str, ast.FunctionDef]


def operations_of_methods() -> dict[str, set[str]]:
    """`users.create` to the operations it calls, helpers and neighbours followed."""
    areas = _areas()
    public = [(area, name) for area, methods in areas.items() for name in methods if not name.startswith("_")]
    return {f"{area}.{name}": _operations(name, areas[area], set()) for area, name in public}


def docstrings() -> dict[str, str]:
    bodies = {f"{area}.{name}": body for area, methods in _areas().items() for name, body in methods.items()}
    return {name: ast.get_docstring(body) or "" for name, body in bodies.items()}


def uses() -> dict[str, set[str]]:
    """Each file of the portal that calls the client, with the methods it calls."""
    known = set(operations_of_methods())
    called = {file: known & set(_chains(ast.parse(file.read_text()))) for file in _files()}
    return {str(file.relative_to(ROOT)): methods for file, methods in called.items() if methods}


def _areas() -> dict[str, Methods]:
    """The name of each part of a client, with the methods of its class."""
    client = Client("http://localhost", "")
    return {name: _methods(type(part)) for name, part in vars(client).items() if name != "call"}


def _methods(part: type) -> Methods:
    tree = ast.parse((ROOT / f"{part.__module__.replace('.', '/')}.py").read_text())
    body = next(each.body for each in tree.body if isinstance(each, ast.ClassDef) and each.name == part.__name__)
    return {each.name: each for each in body if isinstance(each, ast.FunctionDef)}


def _operations(name: str, methods: Methods, seen: set[str]) -> set[str]:
    """The names given to `self.call`, and those of the methods that are named in between."""
    found: set[str] = set()
    others = set(methods) - seen - {name}
    for node in ast.walk(methods[name]):
        if isinstance(node, ast.Call) and _is_of_self(node.func, "call") and isinstance(node.args[0], ast.Constant):
            found.add(str(node.args[0].value))
        if isinstance(node, ast.Attribute) and _is_of_self(node, node.attr) and node.attr in others:
            found |= _operations(node.attr, methods, seen | {name})
    return found


def _is_of_self(node: ast.expr, attribute: str) -> bool:
    is_named = isinstance(node, ast.Attribute) and node.attr == attribute
    return is_named and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _files() -> Iterator[Path]:
    for package in PORTAL:
        for file in sorted((ROOT / package).rglob("*.py")):
            if not NOT_THE_PORTAL & set(file.relative_to(ROOT).parts):
                yield file


def _chains(tree: ast.AST) -> Iterator[str]:
    """`users.create` of every `client.users.create`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            owner = node.value.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if name == "client":
                yield f"{node.value.attr}.{node.attr}"
