"""Lists of people from any spreadsheet: nothing lost, nothing guessed wrongly, each mistake at its line."""

import pytest

from mailboxes.people import NotText, decode, read_people, username_of


def read(text: str) -> list[tuple[str, str, str]]:
    return [(each.username, each.first_name, each.last_name) for each in read_people(text)]


MAYA_AND_ZOE = [("maya", "Maya", "Ferro"), ("zoe", "Zoë", "Lindström")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_with_heads_is_read_by_them(separator: str) -> None:
    lines = [["last name", "First Name", "username"], ["Ferro", "Maya", "maya"], ["Lindström", "Zoë", "zoe"]]
    assert read("\n".join(separator.join(cells) for cells in lines)) == MAYA_AND_ZOE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_a_file_of_any_common_encoding_is_read(encoding: str) -> None:
    raw = "username;first;last\r\nmaya;Maya;Ferro\r\nzoe;Zoë;Lindström\r\n".encode(encoding)
    assert read(decode(raw)) == MAYA_AND_ZOE


def test_bytes_of_no_encoding_never_break_the_reading() -> None:
    assert isinstance(decode(bytes(range(1, 256))), str)


@pytest.mark.parametrize("raw", [bytes(range(256)), b"PK\x03\x04\x00", b"\xff\xfea", b"\xfe\xff\xd8\x00"])
def test_what_is_no_text_is_refused_and_not_guessed_at(raw: bytes) -> None:
    with pytest.raises(NotText):
        decode(raw)


def test_an_open_quotation_mark_swallows_no_other_line() -> None:
    assert [each[0] for each in read('"Maya, Ferro\nNoor Haddad')] == ["maya", "noor"]


def test_a_line_too_long_for_a_person_says_so() -> None:
    people = read_people("Maya Ferro\n" + "x" * 200_000)
    assert [each.problem for each in people] == [
        "",
        "This line is too long for one person. Write each on a line of their own.",
    ]


@pytest.mark.parametrize(
    "line, username, first, last",
    [
        ("Maya Ferro", "maya", "Maya", "Ferro"),
        ("Maya", "maya", "Maya", "Maya"),
        ("Maya, Ferro", "maya", "Maya", "Ferro"),
        ("m.ferro, Maya, Ferro", "m.ferro", "Maya", "Ferro"),
        ("Maya van der Ferro", "maya", "Maya", "van der Ferro"),
        ("maya@example.com, Maya, Ferro", "maya", "Maya", "Ferro"),
        ("Zoë Lindström", "zoe", "Zoë", "Lindström"),
    ],
)
def test_a_line_without_heads_is_a_person(line: str, username: str, first: str, last: str) -> None:
    assert read(line) == [(username, first, last)]


def test_a_whole_address_keeps_its_domain() -> None:
    assert read_people("Maya@Example.com")[0].domain == "example.com"


@pytest.mark.parametrize("name", ["abuse", "postmaster", "hostmaster", "webmaster", "mailer-daemon", "Postmaster"])
def test_a_name_that_the_provider_keeps_for_itself_is_refused(name: str) -> None:
    assert "reserved" in read_people(f"username,first,last\n{name},Maya,Ferro")[0].problem


@pytest.mark.parametrize("name", ["ma ya", "maya!", ".maya", "maya.", "m" * 65, "мая", "a/b"])
def test_what_cannot_be_an_address_says_why(name: str) -> None:
    problem = read_people(f"username,first,last\n{name},Maya,Ferro")[0].problem
    assert "cannot be the first part of an address" in problem


def test_a_name_without_any_latin_letter_asks_for_one() -> None:
    assert read_people("Мая Иванова")[0].problem == "Write a name, such as Maya Ferro."


def test_a_first_name_that_comes_twice_gets_its_surname() -> None:
    assert [each[0] for each in read("Maya Ferro\nMaya Lund")] == ["maya", "maya.lund"]


def test_the_same_person_twice_is_a_mistake_and_not_a_second_mailbox() -> None:
    people = read_people("Maya Ferro\nNoor Haddad\nmaya ferro\nMaya Lund\nMaya Lund")
    assert [each.line for each in people if each.problem] == [3, 5]
    assert "twice" in people[2].problem


def test_two_people_of_one_chosen_address_are_told_apart_or_shown() -> None:
    people = read_people("username,first,last\nsales,Maya,Ferro\nsales,Noor,Haddad\nmaya.lund,Max,Lund\nmaya,Maya,Lund")
    assert [each.username for each in people] == ["sales", "noor.haddad", "maya.lund", "maya"]


def test_five_thousand_lines_are_read() -> None:
    people = read_people("\n".join(f"user{number}, First{number}, Last" for number in range(5000)))
    assert len(people) == 5000
    assert not any(each.problem for each in people)


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , ; "])
def test_an_empty_list_is_no_person_or_a_clear_mistake(text: str) -> None:
    assert all(each.problem for each in read_people(text))


@pytest.mark.parametrize("text", ['"Maya, Ferro', 'Maya "the" Ferro', "a\x00b", "username,first\nmaya"])
def test_a_broken_sheet_is_read_as_far_as_it_goes(text: str) -> None:
    assert len(read_people(text)) == 1


def test_accents_and_signs_do_not_reach_the_address() -> None:
    assert username_of("Zoë", "O'Brien-Lindström") == "zoe.obrienlindstrom"
