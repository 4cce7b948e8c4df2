"""Countries by the names that people use."""

import pycountry
import pytest

from accounts.countries import code_of_country, store_names, stored_names

NAMES = {
    "South Korea": "KR", "Korea, South": "KR", "Republic of Korea": "KR", "Korea, Republic of": "KR", "KOR": "KR",
    "North Korea": "KP", "Turkey": "TR", "Türkiye": "TR", "Turkiye": "TR", "Republic of Turkey": "TR", "UK": "GB",
    "U.K.": "GB", "Great Britain": "GB", "England": "GB", "United Kingdom of Great Britain and Northern Ireland": "GB",
    "USA": "US", "U.S.A.": "US", "U.S.": "US", "United States": "US", "The United States of America": "US",
    "Czech Republic": "CZ", "Czechia": "CZ", "Vietnam": "VN", "Viet Nam": "VN", "Russia": "RU", "Laos": "LA",
    "Syria": "SY", "Iran": "IR", "Bolivia": "BO", "Venezuela": "VE", "Tanzania": "TZ", "Moldova": "MD", "Taiwan": "TW",
    "Brunei": "BN", "Ivory Coast": "CI", "Cote d'Ivoire": "CI", "Côte d’Ivoire": "CI", "Holland": "NL",
    "The Netherlands": "NL", "Burma": "MM", "Myanmar (Burma)": "MM", "Swaziland": "SZ", "Macedonia": "MK",
    "Cape Verde": "CV", "East Timor": "TL", "Palestine": "PS", "Hong Kong": "HK", "Macau": "MO", "Vatican City": "VA",
    "Democratic Republic of the Congo": "CD", "Congo, Democratic Republic of the": "CD", "Congo-Kinshasa": "CD",
    "Bosnia & Herzegovina": "BA", "Trinidad & Tobago": "TT", "UAE": "AE", "United Arab Emirates": "AE",
    "Deutschland": "DE", "España": "ES", "Brasil": "BR", "Österreich": "AT", "Schweiz": "CH", "Suisse": "CH",
    "日本": "JP", "Россия": "RU", "대한민국": "KR", "  germany ": "DE", "GERMANY": "DE", "de": "DE", "DEU": "DE",
    "Republic of Ireland": "IE", "Saint Lucia": "LC", "Micronesia": "FM", "Falkland Islands": "FK",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_country_is_known_by_the_name_that_people_use(name: str) -> None:
    assert code_of_country(name) == NAMES[name]


@pytest.mark.parametrize("field", ["name", "alpha_2", "alpha_3", "official_name", "common_name"])
def test_every_name_of_the_standard_is_known(field: str) -> None:
    told = {getattr(each, field): each.alpha_2 for each in pycountry.countries if getattr(each, field, "")}
    assert len(told) > 10
    assert {name: code_of_country(name) for name in told} == told


@pytest.mark.parametrize("name", ["", "  ", "Freedonia", "Earth", "n/a", "XX", "-", "republic", "the", "Republic of"])
def test_what_names_no_country_is_not_guessed(name: str) -> None:
    assert code_of_country(name) == ""


@pytest.mark.django_db
def test_the_upstreams_own_list_decides() -> None:
    store_names({"Kosovo": "XK", "Freedonia": "FD", "Turkey": "TR", "broken": "", "long": "ABC"})
    store_names({"Freedonia": "FO"})
    names = stored_names()
    assert [code_of_country(name, upstream=names) for name in ("KOSOVO", "freedonia", "Türkiye", "long")] == [
        "XK", "FO", "TR", "",
    ]  # fmt: skip
