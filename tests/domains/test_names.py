"""Domain names as people paste them: one clear form or one clear reason, and never a crash."""

import pytest

from domains.names import as_shown, read_name, read_names


@pytest.mark.parametrize(
    "typed, name",
    [
        ("Example.COM", "example.com"),
        ("  example.com  ", "example.com"),
        ("https://www.example.com/path?x=1", "example.com"),
        ("maya@example.com", "example.com"),
        ("example.com.", "example.com"),
        ("example.co.uk", "example.co.uk"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ('"example.com"', "example.com"),
        ("\ufeffexample.com", "example.com"),
    ],
)
def test_a_name_is_read_in_its_ascii_form(typed: str, name: str) -> None:
    read = read_name(typed)
    assert (read.name, read.problem) == (name, "")


@pytest.mark.parametrize(
    "typed, part_of_the_reason",
    [
        ("my company.com", "no spaces"),
        ("example", "needs an ending"),
        ("-example.com", "no hyphen"),
        ("exa_mple.com", "letters, digits and hyphens"),
        ("a..com", "letters, digits and hyphens"),
        ("mail.example.com", "try example.com"),
        ("co.uk", "another ending"),
        (f"{'a' * 64}.com", "letters, digits and hyphens"),
        ("☃️☃️.com", "not a valid domain name"),
        ("ex\u00admple\u2028.com", "no"),
    ],
)
def test_what_cannot_be_registered_says_why(typed: str, part_of_the_reason: str) -> None:
    read = read_name(typed)
    assert read.name == ""
    assert part_of_the_reason in read.problem


def test_an_international_name_is_shown_as_it_is_written() -> None:
    assert as_shown("xn--mnchen-3ya.de") == "münchen.de"


def test_five_thousand_lines_are_read_and_numbered() -> None:
    pasted = read_names("\n".join(f"name{number}.com" for number in range(5000)))
    assert len(pasted) == 5000
    assert (pasted[-1].line, pasted[-1].name) == (5000, "name4999.com")


def test_a_name_that_comes_twice_counts_once_however_it_is_written() -> None:
    pasted = read_names("example.com\nEXAMPLE.com\nhttps://www.example.com/\nsecond.net\nmünchen.de\nxn--mnchen-3ya.de")
    assert [each.name for each in pasted] == ["example.com", "second.net", "xn--mnchen-3ya.de"]


def test_every_wrong_entry_is_kept_with_its_line() -> None:
    pasted = read_names("my company.com\n\nexample\nexample")
    assert [(each.line, bool(each.problem)) for each in pasted] == [(1, True), (3, True), (4, True)]


@pytest.mark.parametrize("separator", [",", ";", "\t", ", ", " ; "])
def test_a_row_of_cells_is_a_row_of_names(separator: str) -> None:
    assert [each.name for each in read_names(separator.join(["first.com", "second.net"]))] == [
        "first.com",
        "second.net",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(ending: str) -> None:
    assert len(read_names(ending.join(["first.com", "second.net"]))) == 2


@pytest.mark.parametrize("text", ["", "\n\n", " ; , \t", "\ufeff"])
def test_nothing_is_no_name(text: str) -> None:
    assert not any(each.name for each in read_names(text))
