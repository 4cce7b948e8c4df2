"""Every layout that was told, and as many again of each kind: who comes of it, and never anybody else."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reseller_portal.core.lists.domains import PastedNames, read_domains
from reseller_portal.core.lists.files import text_of_file
from reseller_portal.core.lists.people import People, read_people
from tests.lists import more_domains, more_people, odd_domains, odd_people

CASES = Path(__file__).with_name("cases")
PEOPLE: list[dict[str, Any]] = json.loads((CASES / "people.json").read_text("utf-8"))
ALL_PEOPLE = more_people.LAYOUTS | odd_people.LAYOUTS
ALL_DOMAINS = more_domains.LAYOUTS | odd_domains.LAYOUTS
DOMAINS: list[dict[str, Any]] = json.loads((CASES / "domains.json").read_text("utf-8"))


@pytest.mark.parametrize("case", PEOPLE, ids=lambda case: case["name"])
def test_a_list_of_people_is_read_as_it_was_meant(case: dict[str, Any]) -> None:
    text = text_of_file(base64.b64decode(case["base64"]), most=5000).text if "base64" in case else case["text"]
    read = read_people(text, most=5000)
    if "problem" in case:
        assert [case["problem"] in person.problem for person in read.people] == [True]
        return
    domain = case["domains"].splitlines()[0]
    got = [[f"{each.username}@{each.domain or domain}", each.first_name, each.last_name] for each in read.people]
    assert got == case["wanted"]
    assert not any(each.problem for each in read.people)


@pytest.mark.parametrize("case", DOMAINS, ids=lambda case: case["name"])
def test_a_list_of_domains_is_read_as_it_was_meant(case: dict[str, Any]) -> None:
    read = names(case["text"])
    if "problem" in case:
        assert [case["problem"] in each.problem for each in read.entries] == [True]
    else:
        assert [each.name for each in read.entries] == case["wanted"]


@pytest.mark.parametrize("name", ALL_PEOPLE)
def test_other_layouts_of_people_are_read(name: str) -> None:
    text, wanted = ALL_PEOPLE[name]
    same_as(people_of(read_people(text, most=5000)), wanted.split("\n"))


@pytest.mark.parametrize("name", ALL_DOMAINS)
def test_other_layouts_of_domains_are_read(name: str) -> None:
    text, wanted = ALL_DOMAINS[name]
    same_as(
        [each.name or f"! {each.problem}" for each in names(text).entries],
        wanted.split("\n") if "!" in wanted else wanted.split(" "),
    )


def names(text: str) -> PastedNames:
    return read_domains(text, most_lines=5000, most_entries=500)


def people_of(read: People) -> list[str]:
    return [
        f"! {each.problem}"
        if each.problem
        else f"{each.username}{'@' if each.domain else ''}{each.domain}|{each.first_name}|{each.last_name}"
        for each in read.people
    ]


def same_as(got: list[str], wanted: list[str]) -> None:
    """A wanted line that begins with `!` is a part of the problem."""
    assert len(got) == len(wanted), got
    for has, wants in zip(got, wanted, strict=True):
        if wants.startswith("!"):
            assert has.startswith("!"), has
            assert wants[2:] in has
        else:
            assert has == wants
