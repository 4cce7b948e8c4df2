"""Whatever is doubtful is asked about, and never read as a mailbox; whatever is a name is not asked about."""

import pytest

from reseller_portal.core.lists.files import NotAList, refuse_other_texts
from reseller_portal.core.lists.names import shown_name
from reseller_portal.core.lists.people import as_line, read_people
from reseller_portal.core.lists.persons import Person
from tests.lists.not_people import LINES, NAMES
from tests.lists.test_cases import people_of, same_as

AROUND = {("Nadia", "Brandt"), ("Per", "Olsson")}


def people(text: str) -> list[Person]:
    return read_people(text, most=5000).people


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("text", ["{}", "Nadia Brandt\n{}\nPer Olsson", "Full name\nNadia Brandt\n{}"])
def test_what_is_no_name_never_becomes_a_mailbox(line: str, text: str) -> None:
    text = text.replace("{}", line)
    try:
        refuse_other_texts(text)
    except NotAList:
        return
    assert [each for each in people(text) if not each.problem and (each.first_name, each.last_name) not in AROUND] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["{}", "Nadia Brandt\n{}\nPer Olsson", "Full name\n{}"])
def test_a_name_is_not_asked_about_for_its_words(name: str, text: str) -> None:
    problems = [each.problem for each in people(text.replace("{}", name)) if each.problem]
    assert problems == []


@pytest.mark.parametrize(
    "given, family", [("Support", "Team"), ("New", "Hire"), ("Test", "Person"), ("Anna", "Germany")]
)
def test_somebody_who_was_kept_is_somebody(given: str, family: str) -> None:
    (asked,) = people(f"{given} {family}")
    assert asked.is_doubtful
    (kept,) = people(as_line(given, family, ""))
    assert (kept.problem, kept.first_name, kept.last_name) == ("", given, family)


def test_below_the_end_of_a_letter_stands_its_writer() -> None:
    text = (
        "Hi Rob,\nplease set these up:\n- Nadia Brandt\n- Per Olsson\n\nThanks,\nTom Stone\nAcme Inc\n+49 170 1234567"
    )
    good = [each.last_name for each in people(text) if not each.problem]
    assert good == ["Brandt", "Olsson"]
    assert [each.last_name for each in people(text) if each.is_doubtful] == ["Stone", "Inc"]


def test_thanks_above_a_long_list_ask_about_nobody_below() -> None:
    names = [
        f"Nadia {given}"
        for given in ("Abel", "Berg", "Costa", "Dietz", "Ek", "Falk", "Graf", "Holm", "Lind", "Moe", "Orr")
    ]
    assert sum(1 for each in people("\n".join(["Thanks!", *names])) if each.problem) == 1


@pytest.mark.parametrize(
    "text, name",
    [
        ("<table><tr><td>Nadia</td><td>Brandt</td></tr></table>", "a web page"),
        ("<!DOCTYPE html><html><body>Nadia Brandt", "a web page"),
        ("<ul>\n<li>Nadia Brandt</li>\n</ul>", "a web page"),
        ("BEGIN:VCALENDAR\nATTENDEE;CN=Nadia Brandt:mailto:nadia@tryacme.net", "a calendar"),
        ("Team meeting\nBEGIN:VEVENT\nSUMMARY:x", "a calendar"),
        ('{"people": ["Nadia Brandt"]}', "JSON"),
        ('[{"name": "Nadia Brandt"}]', "JSON"),
        ("[\n  {\n  'name': 'Nadia'", "JSON"),
        ("['Nadia Brandt', 'Per Olsson']", "JSON"),
        ("From rob@acme.example Mon Nov 03 10:00:00 2026\nFrom: Rob\n\nNadia Brandt", "a mailbox file"),
        ("Received: from mx\nSubject: x\n\nNadia Brandt", "the source of a message"),
        ("Message-ID: <1@x>\nDate: Mon\nFrom: Rob <rob@x.example>\n\nNadia Brandt", "the source of a message"),
        ("INSERT INTO people VALUES ('Nadia', 'Brandt');", "a database script"),
    ],
)
def test_other_texts_are_refused_by_their_name(text: str, name: str) -> None:
    with pytest.raises(NotAList, match=name):
        refuse_other_texts(text)


@pytest.mark.parametrize(
    "text",
    [
        'First name,Last name,Signature\nNadia,Brandt,"<p>Best,</p>\n<p>Nadia</p>"',
        "[10:32] Rob: Nadia Brandt",
        "To: Nadia Brandt <nadia@tryacme.net>",
        "BEGIN:VCARD\nX-ABLABEL:work\nFN:Nadia Brandt\nEND:VCARD",
    ],
)
def test_lists_that_only_look_like_other_texts_are_read(text: str) -> None:
    refuse_other_texts(text)


BOTH = "per|Per|Olsson\nnadia|Nadia|Brandt"
BESIDE = {
    "boxes that are ticked": ("TRUE,Per,Olsson\nFALSE,Nadia,Brandt", BOTH),
    "yes and no": ("yes\tPer\tOlsson\nno\tNadia\tBrandt", BOTH),
    "the same word for everybody": ("Acme,Per,Olsson\nAcme,Nadia,Brandt", BOTH),
    "titles": ("Mr,Per,Olsson\nMs,Nadia,Brandt", BOTH),
    "titles of Germany": ("Herr;Per;Olsson\nFrau;Nadia;Brandt", BOTH),
    "cities behind whole names": ("Per Olsson,Berlin\nNadia Brandt,Lisbon", BOTH),
    "cities before names": ("Berlin;Per;Olsson\nLisbon;Nadia;Brandt", BOTH),
    "companies": ("Per Olsson,Acme GmbH\nNadia Brandt,Foo Ltd", BOTH),
    "companies that nobody knows, beside addresses": (
        "Acme,Per,Olsson,per.olsson@tryacme.net\nFoo,Nadia,Brandt,nadia.brandt@tryacme.net",
        "per.olsson@tryacme.net|Per|Olsson\nnadia.brandt@tryacme.net|Nadia|Brandt",
    ),
    "kinds of mailboxes": (
        '"Per Olsson","per@tryacme.net","UserMailbox"\n"Nadia Brandt","nadia@tryacme.net","SharedMailbox"',
        "per@tryacme.net|Per|Olsson\nnadia@tryacme.net|Nadia|Brandt",
    ),
    "licences": (
        "Per,Olsson,Microsoft 365 Business Basic\nNadia,Brandt,Office 365 E3",
        BOTH,
    ),
    "dates": ("2026-11-01,Per,Olsson\n2026-11-02,Nadia,Brandt", BOTH),
    "dates in words": ("Per Olsson\t1 Nov 2026\nNadia Brandt\t2 Nov 2026", BOTH),
    "jobs": ("Per Olsson,Account Executive\nNadia Brandt,CEO", BOTH),
    "departments": ("Per Olsson\tSales\nNadia Brandt\tMarketing", BOTH),
    "states": ("Per,Olsson,Active\nNadia,Brandt,Suspended", BOTH),
    "licence and domain": (
        "TRUE,Per,Olsson,tryacme.net\nFALSE,Nadia,Brandt,getacme.org",
        "per@tryacme.net|Per|Olsson\nnadia@getacme.org|Nadia|Brandt",
    ),
    "what nobody can tell is asked": ("Foo,Per,Olsson\nBaz,Nadia,Brandt", "! not clear\n! not clear"),
    "a word behind names of two words is asked": ("Anna Maria,Bell\nPer Olsson,Qux", "! not clear\n! not clear"),
}  # fmt: skip
SEVERAL = {
    "and": ("Per Olsson and Nadia Brandt", BOTH),
    "a slash": ("Per Olsson / Nadia Brandt", BOTH),
    "an ampersand": ("Per Olsson & Nadia Brandt", BOTH),
    "a plus": ("Per Olsson + Nadia Brandt", BOTH),
    "German": ("Per Olsson und Nadia Brandt", BOTH),
    "French": ("Per Olsson et Nadia Brandt", BOTH),
    "three": ("Per Olsson, Nadia Brandt and Tom Ash", f"{BOTH}\ntom|Tom|Ash"),
    "a comma of full width": ("Per Olsson，Nadia Brandt", BOTH),
    "commas of two kinds": ("Per Olsson，Nadia Brandt、Tom Ash", f"{BOTH}\ntom|Tom|Ash"),
    "a column with its head": ("Full name\nPer Olsson & Nadia Brandt", BOTH),
    "one surname for two": ("Nadia & Per Olsson", "! more than one person"),
    "a word that also joins surnames": ("Per Olsson y Nadia Brandt", "! more than one person"),
    "two with one address": ("Name,Email\nPer Olsson & Nadia Brandt,per@tryacme.net", "! more than one person"),
    "two surnames": ("José Ortega y Gasset", "jose|José Ortega y|Gasset"),
}
CELLS = {
    "links": ("Domain,First,Last\nhttps://tryacme.net/,Per,Olsson", "per@tryacme.net|Per|Olsson"),
    "www": ("Domain,First,Last\nWWW.TryAcme.NET,Per,Olsson", "per@tryacme.net|Per|Olsson"),
    "several": (
        'First,Last,Domains\nPer,Olsson,"tryacme.net, getacme.org"',
        "per@tryacme.net|Per|Olsson\nper@getacme.org|Per|Olsson",
    ),
    "several with blanks": (
        "First\tLast\tDomain\nPer\tOlsson\ttryacme.net getacme.org",
        "per@tryacme.net|Per|Olsson\nper@getacme.org|Per|Olsson",
    ),
    "all of the order": ("First,Last,Domain\nPer,Olsson,all", "per|Per|Olsson"),
    "an at before it": ("First,Last,Domain\nPer,Olsson,@tryacme.net", "per@tryacme.net|Per|Olsson"),
    "an address": ("First,Last,Domain\nPer,Olsson,info@tryacme.net", "per@tryacme.net|Per|Olsson"),
    "a remark": ("First,Last,Domain\nPer,Olsson,tryacme.net (main)", "per@tryacme.net|Per|Olsson"),
    "a full stop": ("First,Last,Domain\nPer,Olsson,tryacme.net.", "per@tryacme.net|Per|Olsson"),
    "a name in its letters": (
        "First,Last,Domain\nPer,Olsson,münchen-hafen.de",
        "per@xn--mnchen-hafen-dlb.de|Per|Olsson",
    ),
    "empty words for an address": ("First,Last,Email\nPer,Olsson,N/A", "! no address"),
}
ALL = BESIDE | SEVERAL | CELLS
ONE = "nadia@tryacme.net|Nadia|Brandt"
ROW = "{}\nNadia;Brandt;nadia@tryacme.net"
HEADS = [
    "Voornaam;Achternaam;E-mailadres", "Imię;Nazwisko;Adres e-mail", "Nome;Cognome;Indirizzo e-mail",
    "Имя;Фамилия;Электронная почта", "名;姓;电子邮件", "名前(名);姓;メールアドレス",
    "이름;성;이메일 주소", "Ad;Soyad;E-posta",
    "Keresztnév;Vezetéknév;E-mail cím", "Jméno;Příjmení;E-mail", "Meno;Priezvisko;E-mailová adresa",
    "Prenume;Nume de familie;Adresă de e-mail", "Ime;Prezime;E-pošta", "Ім'я;Прізвище;Електронна пошта",
    "Όνομα;Επώνυμο;Ηλεκτρονικό ταχυδρομείο", "שם פרטי;שם משפחה;דוא\"ל",
    "الاسم الأول;اسم العائلة;البريد الإلكتروني", "Förnamn;Efternamn;E-postadress", "Fornavn;Etternavn;E-post",
    "Etunimi;Sukunimi;Sähköposti", "Eesnimi;Perekonnanimi;E-post", "Vārds;Uzvārds;E-pasts",
    "Vardas;Pavardė;El. paštas", "Tên;Họ;Địa chỉ email", "Nama depan;Nama belakang;Alamat email",
    "Izena;Abizena;Helbide elektronikoa", "Ainm;Sloinne;Seoladh ríomhphoist", "ชื่อ;นามสกุล;อีเมล",
    "Fist Name;Last Nmae;Email Adress", "Contact First Name;Contact Last Name;Requested Mailbox",
    "Their first name;Their surname;Desired inbox", "Profile First;Profile Last;Mailbox to make",
]  # fmt: skip
NAMES_ALONE = [
    "Voornaam;Achternaam", "Imię;Nazwisko", "Keresztnév;Vezetéknév", "Ad;Soyad", "Jméno;Příjmení",
    "Имя;Фамилия", "名;姓", "Prenume;Nume", "Ім'я;Прізвище", "Όνομα;Επώνυμο", "Tên;Họ", "שם פרטי;שם משפחה",
]  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_what_stands_beside_names_is_no_part_of_them(name: str) -> None:
    text, wanted = ALL[name]
    same_as(people_of(read_people(text, most=5000)), wanted.split("\n"))


@pytest.mark.parametrize("head", HEADS)
def test_heads_of_any_language_are_no_mailbox(head: str) -> None:
    assert people_of(read_people(ROW.replace("{}", head), most=5000)) == [ONE]


@pytest.mark.parametrize("head", NAMES_ALONE)
def test_heads_of_names_alone_are_read_as_they_say(head: str) -> None:
    assert people_of(read_people(f"{head}\nNadia;Brandt", most=5000)) == ["nadia|Nadia|Brandt"]


@pytest.mark.parametrize(
    "name, sign",
    [
        ("N\u0430dia Brandt", "Cyrillic small letter a"),
        ("\u0410nna Brandt", "Cyrillic capital letter a"),
        ("Nadia Br\u0430ndt", "Cyrillic small letter a"),
        ("\u0421\u043e\u0440\u0430 Brandt", "Cyrillic"),
        ("Иван Пет\u0070ов", "Latin small letter p"),
        ("Nadia Br\u03b1ndt", "Greek small letter alpha"),
        ("Ελένη Παππ\u0061", "Latin small letter a"),
        ("Nadi\u0251 Brandt\u0435", "Cyrillic small letter ie"),
        ("\U0001d40dadia Brandt", "Mathematical bold capital n"),
        ("\u054fom Ash", "Armenian"),
        ("李Lei 王", "Cjk"),
    ],
)
@pytest.mark.parametrize("text", ["{}", "Full name\n{}", "Full name;Email\n{};nadia@tryacme.net"])
def test_letters_of_two_scripts_are_asked_about_by_their_sign(name: str, sign: str, text: str) -> None:
    (person,) = people(text.replace("{}", name))
    assert sign in person.problem


def test_a_sign_in_an_address_is_named() -> None:
    (person,) = people("Name;Email\nNadia Brandt;n\u0430dia@tryacme.net")
    assert "Cyrillic small letter a" in person.problem


@pytest.mark.parametrize(
    "first, last, shown",
    [
        ("雷", "李", "李雷"), ("娜娜", "欧阳", "欧阳娜娜"), ("太郎", "山田", "山田太郎"),
        ("さくら", "佐藤", "佐藤 さくら"),
        ("Maya", "Ferro", "Maya Ferro"), ("Иван", "Петров", "Иван Петров"), ("민수", "김", "민수 김"),
        ("David", "李", "David 李"),
        ("Cher", "", "Cher"),
    ],
)  # fmt: skip
def test_a_name_in_han_letters_is_shown_surname_first(first: str, last: str, shown: str) -> None:
    assert shown_name(first, last) == shown
