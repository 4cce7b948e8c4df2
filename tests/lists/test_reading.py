"""Whatever is pasted: nobody comes of it who was not written, no line is lost unsaid, and time grows with the list."""

import io
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl import Workbook  # type: ignore[import-untyped]  # stubs would be one more dependency

from reseller_portal.core.lists.columns import Meaning
from reseller_portal.core.lists.domains import read_domain, read_domains, readable
from reseller_portal.core.lists.files import NotAList, text_of_file
from reseller_portal.core.lists.people import People, as_line, mend, read_people
from reseller_portal.core.lists.reader import TooManyLines, rows_of
from reseller_portal.core.lists.text import in_letters
from reseller_portal.core.lists.usernames import Pattern, username_of

PIECES = [
    "Lena Ostrow", "Ian", "Łukasz Żak", "李雷", "lena@tryacme.net", "tryacme.net", "First name", "Email", "Dr.",
    "(Sales)",
    '"', '""', ",", ";", "\t", "|", "<", ">", "@", ".", "..", "---", "sep=;", "BEGIN:VCARD", "END:VCARD", "FN:Tom Ash",
    "dn: cn=x", "mail: a@b.co", "1.", "- ", "•", "\u200b", "\u202e", "\ufeff", "\x00", "\x0b", "x" * 50, "😀", " ",
    "\r",
]  # fmt: skip
LINES = some.lists(some.lists(some.sampled_from(PIECES) | some.text(max_size=6), max_size=6).map("".join), max_size=12)


def read(text: str, **more: Pattern) -> People:
    return read_people(text, most=5000, **more)  # type: ignore[arg-type]  # patterns alone


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_no_address_appears_that_nobody_wrote(lines: list[str]) -> None:
    text = "\n".join(lines)
    written, letters = text.lower(), in_letters(text.replace(".", "")) + in_letters(text.replace("\n", ""))
    for person in read(text).people:
        if person.is_given and not person.problem:
            assert person.username in "".join(sign for sign in written if sign.isprintable())
        elif not person.problem:
            assert all(part in letters for part in person.username.split("."))


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_no_line_is_lost_unsaid(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = read(text)
    said = {line for line, _ in found.said}
    for person in found.people:
        said.update(range(person.line, person.line + person.height))
    # Blanks of any kind are nothing, a no-break space as much as a tab.
    bare = ("".join(line.split()).strip(",;|\"'\x00\ufeff") for line in text.lstrip("\ufeff").splitlines())
    filled = [at for at, line in enumerate(bare, 1) if line]
    assert [at for at in filled if at not in said and not within_heads(found, at)] == []


def within_heads(found: People, line: int) -> bool:
    """A heading may go over several lines, as a quoted cell does."""
    return any(what == "the headings" and at <= line <= at + 50 for at, what in found.said)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_reading_twice_gives_the_same(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert read(text) == read(text)
    names = read_domains(text, most_lines=5000, most_entries=500)
    again = read_domains("\n".join(each.name for each in names.entries if each.name), most_lines=5000, most_entries=500)
    assert [each.name for each in again.entries] == [each.name for each in names.entries if each.name]


def calls_of(work: Callable[[], object]) -> int:
    """How much Python it takes: a count, which no busy machine changes."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "line",
    [
        "Lena Ostrow{}", "First{},Last", '"Lena{}, Ostrow', "Lena{} <l{}@tryacme.net>;", '"a{}","b\n"', "tryacme.net",
        "Name,Email", "BEGIN:VCARD", "dn: cn=x", '"',
    ],
)  # fmt: skip
def test_work_grows_with_the_list_and_no_faster(line: str) -> None:
    small, large = ("\n".join(line.replace("{}", str(at)) for at in range(count)) for count in (500, 2000))
    read(large)
    assert calls_of(lambda: read(large)) < 6 * calls_of(lambda: read(small)) + 10_000


def test_more_lines_than_an_order_takes_are_counted_and_not_read() -> None:
    with pytest.raises(TooManyLines, match="250,000 lines"):
        read("x y\n" * 250_000)


def test_headings_do_not_count_as_people() -> None:
    lines = [f"{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)} Ferro" for at in range(5000)]
    assert len(read("\n".join(["Full name", *lines])).people) == 5000
    with pytest.raises(TooManyLines, match="5,000 people"):
        read("\n".join([*lines, "One More"]))


def test_many_people_on_few_lines_are_counted_too() -> None:
    with pytest.raises(TooManyLines):
        read("\n".join(";".join(f"Ab Cd{chr(97 + at % 26)}" for at in range(100)) for _ in range(100)))


@pytest.mark.parametrize(
    "encoding, word",
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_a_file_says_how_it_was_read(encoding: str, word: str) -> None:
    file = text_of_file("Vorname;Nachname\r\nZoë;Lindström – x\r\n".encode(encoding), most=5000)
    assert file.encoding == word
    assert "Zoë;Lindström – x" in file.text


def test_a_workbook_is_read_from_its_first_filled_sheet() -> None:
    book = Workbook()
    sheet = book.create_sheet("Team")
    for row in (["First name", "Last name", "No."], ["Lena", "Ostrow", 1.0], ["Ian", 'Q"uill\nx', None]):
        sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    file = text_of_file(raw.getvalue(), most=5000)
    assert file.text == 'First name\tLast name\tNo.\nLena\tOstrow\t1\nIan\t"Q""uill\nx"'
    assert [each.cells[0] for each in rows_of(file.text.splitlines(), "\t")] == ["First name", "Lena", "Ian"]


def test_a_workbook_of_too_many_rows_is_left_before_its_end() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for at in range(5010):
        sheet.append([f"Name{at}"])
    raw = io.BytesIO()
    book.save(raw)
    with pytest.raises(TooManyLines):
        text_of_file(raw.getvalue(), most=5000)


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"\xff\xd8\xff", b"<html>", b"{}", b"a\x00"]
)
def test_what_is_no_list_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAList):
        text_of_file(raw, most=5000)


@pytest.mark.parametrize(
    "pattern, username",
    [
        (Pattern.FIRST, "lena"),
        (Pattern.FIRST_LAST, "lena.vanderberg"),
        (Pattern.F_LAST, "l.vanderberg"),
        (Pattern.FIRST_L, "lenav"),
        (Pattern.LAST, "vanderberg"),
    ],
)
def test_a_pattern_makes_the_address_of_everybody_without_one(pattern: Pattern, username: str) -> None:
    assert username_of("Lena Maria", "van der Berg", pattern) == username
    people = read("Lena Maria van der Berg\nian@tryacme.net Ian Quill", pattern=pattern).people
    assert [each.username for each in people] == [username, "ian"]


@pytest.mark.parametrize("before", ["", "First name,Last name,Email\nIan,Quill,ian@b.co\n", "a;b c;d\n", "x\ty\tz\n"])
@pytest.mark.parametrize(
    "person", [("Maya José", "de la Cruz Gil", "maya"), ("雷", "李", "lei"), ("O’Neil", "Żak", "")]
)
def test_a_line_of_the_one_form_is_read_in_any_list(before: str, person: tuple[str, str, str]) -> None:
    first, last, username = person
    found = read(before + as_line(first, last, username, "tryacme.net")).people[-1]
    assert (found.first_name, found.last_name, found.domain, found.problem) == (first, last, "tryacme.net", "")
    assert found.is_given == bool(username)


def test_what_was_said_of_columns_holds_for_that_list_and_no_other() -> None:
    first = "Ostrow\tLena\nQuill\tIan\nFern\tMaya"
    key = read(first).blocks[0].key
    chosen = {key: [Meaning.LAST, Meaning.FIRST]}

    def surnames(text: str) -> list[str]:
        return [each.last_name for each in read_people(text, most=5000, columns=chosen).people]

    assert surnames(first) == ["Ostrow", "Quill", "Fern"]
    corrected = mend(first, {2: (1, as_line("Iain", "Quill", "iain"))})
    assert surnames(corrected) == ["Ostrow", "Quill", "Fern"]
    assert surnames("Tom\tAsh\nRui\tCosta") == ["Ash", "Costa"]


def test_a_corrected_line_keeps_the_numbers_of_the_others() -> None:
    text = 'First,Last,Note\nLena,,"two\nlines"\nIan,Quill,'
    assert mend(text, {2: (2, "Lena,Ostrow,")}) == "First,Last,Note\nLena,Ostrow,\n\nIan,Quill,"


def test_international_names_read_as_people_write_them() -> None:
    assert readable("lena@xn--mnchen-hafen-dlb.de") == "lena@münchen-hafen.de"
    assert readable("xn--zzzz.com") == "xn--zzzz.com"
    assert read_domain("MÜNCHEN-Hafen.de").name == "xn--mnchen-hafen-dlb.de"


def test_a_workbook_whose_cells_share_one_long_text_is_left_before_it_fills_the_memory() -> None:
    book = Workbook()
    sheet = book.create_sheet("Team", 0)
    for _ in range(100):
        sheet.append(["x" * 5000] * 20)
    packed = io.BytesIO()
    book.save(packed)
    with pytest.raises(TooManyLines, match="more text than a list of people"):
        text_of_file(packed.getvalue(), most=5000)


@pytest.mark.parametrize("sign", [";", ",", "|", "\t"])
def test_a_line_of_more_parts_than_entries_are_taken_is_refused_before_it_is_read(sign: str) -> None:
    with pytest.raises(TooManyLines, match="20,000 parts"):
        read_people(f"Anna Bell{sign} " * 20_000, most=5000)


@pytest.mark.parametrize("head", ["E-mail 1 - Value", "New Email", "PrimarySmtpAddress", "Inbox to make", "Konto"])
def test_a_written_address_is_used_whatever_its_column_is_called(head: str) -> None:
    text = f"First name,Last name,{head}\nLena,Ostrow,lena.o@tryacme.net\nIan,Quill,ian.q@getacme.org\n"
    people = read_people(text, most=5000).people
    got = [(each.username, each.domain, each.first_name, each.last_name, each.problem) for each in people]
    assert got == [("lena.o", "tryacme.net", "Lena", "Ostrow", ""), ("ian.q", "getacme.org", "Ian", "Quill", "")]


@pytest.mark.parametrize("head", ["Assigned Domain", "Inbox Domain", "Domain 1", "Where"])
def test_a_written_domain_binds_whatever_its_column_is_called(head: str) -> None:
    text = f"First name,Last name,{head}\nLena,Ostrow,tryacme.net\nIan,Quill,getacme.org\n"
    assert [(each.username, each.domain) for each in read_people(text, most=5000).people] == [
        ("lena", "tryacme.net"), ("ian", "getacme.org"),
    ]  # fmt: skip


def test_an_address_is_nobodys_name() -> None:
    text = "Team,Address list\nNadia Brandt,nadia@tryacme.net\n"
    for each in read_people(text, most=5000).people:
        assert "@" not in f"{each.first_name}{each.last_name}" or each.problem
    text = "First name,Last name\nNadia,nadia@tryacme.net\n"
    (person,) = read_people(text, most=5000).people
    assert "is no name" in person.problem


def test_a_private_address_beside_that_of_the_company_is_not_taken() -> None:
    text = "Name,Email,Something else\nLena Ostrow,lena@tryacme.net,lena@private.example\n"
    (person,) = read_people(text, most=5000).people
    assert (person.username, person.domain) == ("lena", "tryacme.net")
