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


@pytest.mark.parametrize("name", LAYOUTS)
def test_who_comes_of_a_list_is_the_same_without_them(name: str) -> None:
    text = LAYOUTS[name][0]

    def people(of: str) -> list[tuple[str, ...]]:
        read = read_people(of, most=5000).people
        return [(each.username, each.first_name, each.last_name, each.domain, each.problem) for each in read]

    assert people(without_secrets(text, most_lines=5000)) == people(text)
