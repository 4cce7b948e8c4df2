"""Whatever domain or username stands in a list of people is used or asked about, and never dropped."""

from collections.abc import Sequence

import pytest

from reseller_portal.core.lists.domains import read_domains
from reseller_portal.core.lists.files import NotAList, refuse_other_texts
from reseller_portal.core.lists.people import mend, read_people
from reseller_portal.core.lists.persons import Person

ONE, TWO = "tryacme.net", "getacme-nl.org"
ABOVE = [
    "{}", "{}:", "## {}", "=== {} ===", "*** {} ***", "--- {} ---", "-- {} --", "https://{}", "https://{}/", "{} (2)",
    "{} - 2 mailboxes", "1. {}", "1) {}", "For {}:", "on {}", "Domain: {}", "Domain {}", "{},", "{};;", "{}|", "[{}]",
    "[{0}](https://{0})", "**{}**", "{} mailboxes:", "Mailboxes for {}", "{} – Google", "({})", '"{}"', "> {}", "{}.",
    "www.{}", "Acme ({})", "Acme - {}", "{}, 3", "{}\t2", "{}:2", "2x {}", "📌 {}", "→ {}", "~~~ {} ~~~", "{} —",
    "{} (already ours)", "{} 2 inboxes", "{}\n-----------", "{}\n===========", "@{}", "- {}", "Acme Outreach - {}",
    "Please set these up on {}:", "We also need, on {}, some for Tom Ash and", "{} / for our second brand",
    "Acme | {}",
    "Team {}", "{} → Acme", "My Brand Name: {}", "#1 {}", "{}?", "{}!", "[x] {}", "Batch 3 ({})",
]  # fmt: skip
BELOW = [
    "Nadia Brandt\nPer Olsson", "- Nadia Brandt\n- Per Olsson", "First,Last\nNadia,Brandt\nPer,Olsson",
    "Name\tRole\nNadia Brandt\tSDR\nPer Olsson\tAE", "Nadia,Brandt\nPer,Olsson",
    "Full name;Username\nNadia Brandt;nb\nPer Olsson;po",
    "1. Nadia Brandt\n2. Per Olsson", "Nadia Brandt; Per Olsson",
]  # fmt: skip
BESIDE = [
    "{n} on {d}", "{n} @ {d}", "{n} ({d})", "{n} - {d}", "{n}: {d}", "{n} → {d}", "{n} {d}", "{n}, www.{d}",
    "{d} {n}",
    "{n} for {d}", "{n}, https://{d}", "{n} at {d}", "{n} [{d}]", "{n} @{d}", "{n}\twww.{d}", "{n}\t{d}/", "{d}: {n}",
    "{n} | {d}", "{n};{d}", "{n} <nadia> {d}", "{n}, {d}, Google", "{n}, SDR, {d}", "{d},{n}", "{n} = {d}",
    "“{n}” {d}",
    "{n} — https://{d}/", "{n}, {d} + wwwx", "{n} ({d}, main)", "{n}\t\t{d}", "{n} //{d}",
]  # fmt: skip
DOMAIN_HEADS = [
    "Website", "Site", "URL", "For", "Where", "Brand", "Company", "Location", "Notes?", "Zone", "x", "Web",
    "Tenant", "Status", "#2",
]  # fmt: skip
USER_HEADS = [
    "Email wanted", "Address Wanted", "Adress", "Mail ID", "Mailbox name", "Inbox name", "Sender address", "Account",
    "Email handle", "Proposed email", "SMTP user", "Acct", "Wanted", "UPN", "sAMAccountName", "nick", "ID",
    "x", "Notes",
]  # fmt: skip
NAME_HEADS = [
    "Sender",
    "User",
    "User name",
    "From",
    "Inbox",
    "Who",
    "Rep",
    "SDR",
    "Real name",
    "Display",
    "Agent",
    "Label",
]


def people(text: str) -> list[Person]:
    return read_people(text, most=5000).people


def bought(text: str) -> list[Person]:
    return [each for each in people(text) if not each.problem]


def everywhere(text: str) -> list[Person]:
    """Who would be put on every domain of the order, without a question."""
    return [each for each in bought(text) if not each.domain]


@pytest.mark.parametrize("heading", ABOVE)
@pytest.mark.parametrize("below", BELOW)
def test_a_domain_above_people_is_theirs_or_is_asked_about(heading: str, below: str) -> None:
    text = f"{heading.format(ONE)}\n{below}\n\n{heading.format(TWO)}\nInes Duarte"
    assert everywhere(text) == []
    where = {each.last_name: each.domain for each in bought(text) if each.last_name in {"Brandt", "Olsson", "Duarte"}}
    assert where.items() <= {"Brandt": ONE, "Olsson": ONE, "Duarte": TWO}.items()


@pytest.mark.parametrize("heading", ABOVE)
def test_most_domains_above_people_need_no_question(heading: str) -> None:
    text = f"{heading.format(ONE)}\nNadia Brandt\nPer Olsson"
    is_clear = ABOVE.index(heading) < ABOVE.index("Acme Outreach - {}")
    assert [each.domain for each in bought(text)] == [ONE, ONE] or not is_clear


@pytest.mark.parametrize("line", BESIDE)
@pytest.mark.parametrize("other", ["{n} ({d})", None])
def test_a_domain_beside_a_name_is_theirs_or_is_asked_about(line: str, other: str | None) -> None:
    text = f"{line.format(n='Nadia Brandt', d=ONE)}\n{(other or line).format(n='Per Olsson', d=TWO)}"
    assert everywhere(text) == []
    assert {(each.last_name, each.domain) for each in bought(text)} <= {("Brandt", ONE), ("Olsson", TWO)}


@pytest.mark.parametrize("head", DOMAIN_HEADS)
def test_a_column_of_domains_binds_whatever_its_head(head: str) -> None:
    text = f"First Name,Last Name,{head}\nNadia,Brandt,{ONE}\nPer,Olsson,www.{TWO}"
    assert [(each.last_name, each.domain) for each in bought(text)] == [("Brandt", ONE), ("Olsson", TWO)] or not bought(
        text
    )


@pytest.mark.parametrize("head", USER_HEADS)
@pytest.mark.parametrize(
    "names", ["First Name,Last Name,{}\nNadia,Brandt,{}\nPer,Olsson,{}", "Full name,{}\nNadia Brandt,{}\nPer Olsson,{}"]
)
@pytest.mark.parametrize("users", [("n.brandt", "p.olsson"), ("nadiab", "pero"), ("brandt1", "olsson2"), ("nb", "po")])
def test_a_column_of_usernames_is_used_whatever_its_head(head: str, names: str, users: Sequence[str]) -> None:
    found = bought(names.format(head, *users))
    assert [each.username for each in found] == list(users) or not found


@pytest.mark.parametrize("head", NAME_HEADS)
def test_a_column_of_whole_names_is_used_whatever_its_head(head: str) -> None:
    found = bought(f"{head},Email\nNadia Brandt,n.brandt@{ONE}\nPer Olsson,p.olsson@{ONE}")
    assert [(each.username, each.last_name) for each in found] == [("n.brandt", "Brandt"), ("p.olsson", "Olsson")]


@pytest.mark.parametrize(
    "line",
    [
        "Nadia Brandt CEO", "Nadia Brandt SDR", "Nadia Brandt Sales", "Nadia Brandt ok", "Nadia Brandt done",
        "Nadia Brandt ext",
        "Nadia Brandt Berlin", "Nadia Brandt New York", "CEO Nadia Brandt", "FYI Ada", "PS Rob", "MfG Rob",
        "LG Rob", "No Reply",
        "Do Not Reply", "Le ven. Rob a écrit", "Open Position", "A Nadia Brandt", "a. Nadia Brandt",
        "Given,Sur", "first,second",
        "First N,Last N", "Name Alias Database", "JosÃ© Ruiz", "£ukasz ¯ak", "Jšrg MŸller", "Èâàí Ïåòðîâ",
        "Jšrg Brandt",
        "RenŽ Brandt", "Mar¹a Brandt", "INSERT INTO", "def main",
    ],
)  # fmt: skip
def test_what_is_more_than_a_name_is_asked_about(line: str) -> None:
    assert bought(line) == []


@pytest.mark.parametrize(
    "name",
    [
        "Dušan Žižek", "Łukasz Żak", "Çağla Öz", "Éva Őry", "Ana Sales", "Jo Berlin", "McÉvoy Brandt",
        "Sean O’Éire", "Per Ok",
        "Øyvind Å", "Jiří Krč", "Ýmir Þórsson", "Zoë Ångström", "J. K. Rowling", "Anna Maria Rossi", "Bo Ek", "Ai Li",
    ],
)  # fmt: skip
def test_names_of_many_lands_are_not_asked_about(name: str) -> None:
    assert [each.problem for each in people(name)] == [""]


def test_a_remark_beside_a_name_is_no_second_person() -> None:
    assert [each.last_name for each in bought("Nadia Brandt, warmup off\nPer Olsson, warmup on")] == [
        "Brandt",
        "Olsson",
    ]
    assert [each.username for each in bought("Nadia,Brandt,nadia.jpg\nPer,Olsson,per.png")] == ["nadia", "per"]


def test_a_domain_with_a_letter_of_another_script_is_refused_by_its_sign() -> None:
    (entry,) = read_domains("аpple-sales.com", most_lines=9, most_entries=9).entries
    assert "Cyrillic small letter a" in entry.problem


@pytest.mark.parametrize(
    "text",
    [
        '["alpha-one.com","beta-two.net"]', "domains = ['alpha-one.com', \"beta-two.net\"]",
        "alpha-one.com/beta-two.net",
        '{"domains":["alpha-one.com","beta-two.net"]}', '[\n"alpha-one.com",\n"beta-two.net"\n]',
        "alpha-one.com / beta-two.net",
        "('alpha-one.com', 'beta-two.net')",
    ],
)  # fmt: skip
def test_no_name_of_a_list_of_domains_vanishes(text: str) -> None:
    names = [each.name for each in read_domains(text, most_lines=99, most_entries=99).entries if each.name]
    assert names == ["alpha-one.com", "beta-two.net"]


def test_a_second_domain_of_an_entry_is_said() -> None:
    (note,) = read_domains("alpha-one.com -> acme.com", most_lines=9, most_entries=9).notes
    assert "acme.com (line 1)" in note


@pytest.mark.parametrize(
    "text, name",
    [
        ("Name   Alias   Database\n----   -----   --------\nNadia  nadia   EURP190DB01", "PowerShell"),
        ("DisplayName       : Nadia Brandt\nUserPrincipalName : nadia@tryacme.net", "PowerShell"),
        ("2026-11-28 10:00:00,123 INFO Nadia Brandt", "a log"),
        ("insert into users values ('Nadia');", "a database script"),
    ],
)
def test_what_programs_print_is_refused_by_its_name(text: str, name: str) -> None:
    with pytest.raises(NotAList, match=name):
        refuse_other_texts(text)


def test_lines_that_only_the_text_of_a_heading_binds_stay_bound() -> None:
    text = f"{ONE}\nNadia Brandt\n"
    assert [each.domain for each in bought(mend(text, {2: (1, "Per Olsson")}))] == [ONE]
