"""The ledger has one writer: nobody else adds to accounts, transactions or entries."""

import ast

from tests.operations.test_gateway import sources

MONEY = {"Account", "Entry", "Hold", "Transaction"}
WRITES = {"create", "bulk_create", "bulk_update", "update", "get_or_create", "update_or_create", "delete"}
THE_WRITER = "billing/ledger.py"


def writers(files: dict[str, str]) -> set[str]:
    return {path for path, text in files.items() for node in ast.walk(ast.parse(text)) if _writes_money(node)}


def _writes_money(node: ast.AST) -> bool:
    """`Entry.objects.….create(…)`, however long the chain between."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
        return False
    names = {each.id for each in ast.walk(node.func.value) if isinstance(each, ast.Name)}
    managers = {each.attr for each in ast.walk(node.func.value) if isinstance(each, ast.Attribute)}
    return bool(names & MONEY) and bool(managers & {"objects", "_default_manager"})


def test_nobody_but_the_ledger_writes_money() -> None:
    assert writers(sources()) == {THE_WRITER}


def test_a_second_writer_is_found() -> None:
    planted = {
        "billing/views/a.py": "Entry.objects.create(amount_minor=5)",
        "mirror/b.py": "Account.objects.filter(pk=1).exclude(kind='x').update(balance_minor=F('balance_minor') + 5)",
        "mirror/c.py": "Entry.objects.filter(pk=1).count()",
    }
    assert writers(planted) == {"billing/views/a.py", "mirror/b.py"}
