"""Templates are code: each must compile, and whatever it names must exist. Part of `check --deploy`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from django.core.checks import CheckMessage, Error
from django.template import Node, Template, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.defaulttags import URLNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.urls import URLResolver, get_resolver


def check_templates(**_: Any) -> list[CheckMessage]:
    """One error for each template that does not compile and for each name in it that leads nowhere."""
    backend, addresses = engines["django"], set(_names(get_resolver(), ""))
    engine = cast(DjangoTemplates, backend).engine
    found: list[CheckMessage] = []
    for folder in map(Path, engine.dirs):
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            name = str(path.relative_to(folder))
            try:
                template = engine.get_template(name)
            except (TemplateSyntaxError, TemplateDoesNotExist) as error:
                found.append(Error(f"does not compile: {error}", obj=name, id="core.E001"))
                continue
            found += [Error(words, obj=name, id="core.E002") for words in _dead_ends(template, addresses)]
    return found


def _dead_ends(template: Template, addresses: set[str]) -> Iterator[str]:
    """Only names written out are known before a page is drawn."""
    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, URLNode) and isinstance(node.view_name.var, str) and node.view_name.var not in addresses:
            yield f"names an address that does not exist: {node.view_name.var}"
        wanted = _template_named_by(node)
        if wanted and not _exists(template, wanted):
            yield f"names a template that does not exist: {wanted}"


def _template_named_by(node: Node) -> str:
    named = node.template if isinstance(node, IncludeNode) else getattr(node, "parent_name", None)
    name = named.var if named is not None and isinstance(node, IncludeNode | ExtendsNode) else ""
    return name if isinstance(name, str) else ""


def _exists(template: Template, name: str) -> bool:
    try:
        template.engine.get_template(name)
    except (TemplateDoesNotExist, TemplateSyntaxError):
        return False
    return True


def _names(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _names(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        elif each.name:
            yield f"{namespace}{each.name}"
