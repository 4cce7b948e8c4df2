"""Passwords in a list are neither kept nor shown, and nothing else of the list changes."""

import pytest

from reseller_portal.core.lists.people import read_people
from reseller_portal.core.lists.secrets import without_secrets
from tests.lists import more_people, odd_people

LAYOUTS = more_people.LAYOUTS | odd_people.LAYOUTS


@pytest.mark.parametrize(
    "text, kept",
    [
        ("Email,Password,Name\nlena@b.co,S3cret!,Lena Ostrow", "Email,Password,Name\nlena@b.co,,Lena Ostrow"),
        ("sep=;\nPasswort;Vorname;Nachname\ngeheim;Lena;Ostrow", "sep=;\nPasswort;Vorname;Nachname\n;Lena;Ostrow"),
        ('E-mail\tMot de passe\tNom complet\nl@b.co\t"a\nb"\tLena Ostrow', None),
        ("Our team\nFirst Name,Last Name,SMTP Password,IMAP Password\nLena,Ostrow,S3cret!,S3cret!", None),
        (
            'Name,Password,Note\n"Ostrow, Lena",S3cret!,"said ""hi"""',
            'Name,Password,Note\n"Ostrow, Lena",,"said ""hi"""',
        ),
    ],
)
def test_columns_of_passwords_are_emptied(text: str, kept: str | None) -> None:
    got = without_secrets(text, most_lines=5000)
    assert not any(secret in got for secret in ("S3cret!", "geheim", "a\nb"))
    assert kept is None or got == kept
    assert len(got.split("\n")) == len(text.split("\n"))


@pytest.mark.parametrize(
    "head",
    [
        "Site,Password", "Domain,Passwort", "name;PASSWORD", "Domain Name\tAuth secret",
        "域名,密码", "Домен;Пароль", "도메인,비밀번호",
        "Title\nDomain,App password", "Login,Kennwort", "domain|wachtwoord",
    ],
)  # fmt: skip
def test_passwords_of_lists_of_domains_are_emptied_too(head: str) -> None:
    sign = next(sign for sign in (",", ";", "\t", "|") if sign in head)
    got = without_secrets(f"{head}\nalpha-one.com{sign}S3cret!\nbeta-two.net{sign}S3cret!", most_lines=5000)
    assert "S3cret!" not in got
    assert "alpha-one.com" in got


def test_of_a_list_too_long_to_be_read_no_password_is_shown_either() -> None:
    text = "\n".join(["Email,Password", *["lena@b.co,S3cret!"] * 20_000])
    got = without_secrets(text, most_lines=10_000)
    assert "S3cret!" not in got
    assert len(got.splitlines()) == 20_001


def test_a_column_of_secretaries_stays() -> None:
    text = "Name,Secretary\nLena Ostrow,Ian Quill"
    assert without_secrets(text, most_lines=5000) == text


@pytest.mark.parametrize("name", LAYOUTS)
def test_who_comes_of_a_list_is_the_same_without_them(name: str) -> None:
    text = LAYOUTS[name][0]

    def people(of: str) -> list[tuple[str, ...]]:
        read = read_people(of, most=5000).people
        return [(each.username, each.first_name, each.last_name, each.domain, each.problem) for each in read]

    assert people(without_secrets(text, most_lines=5000)) == people(text)
