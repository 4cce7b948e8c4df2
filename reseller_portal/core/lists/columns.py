"""What a column holds, by the word at its head. One table for every list that comes in.

Where a layout is known from its maker's own template or description, its words stand under that maker's name.
What is only remembered of a layout stands under `REMEMBERED`, and counts the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache

from reseller_portal.core.lists.text import without_unseen


class Meaning(StrEnum):
    """What the cells of a column are to us."""

    AS_WRITTEN = "as-written"
    ADDRESS = "address"
    USERNAME = "username"
    FULL_NAME = "full-name"
    FIRST = "first-name"
    LAST = "last-name"
    DOMAIN = "domain"
    IGNORE = "ignore"


LABELS = {
    Meaning.AS_WRITTEN: "As written",
    Meaning.ADDRESS: "Address",
    Meaning.USERNAME: "Username",
    Meaning.FULL_NAME: "Full name",
    Meaning.FIRST: "First name",
    Meaning.LAST: "Last name",
    Meaning.DOMAIN: "Domain",
    Meaning.IGNORE: "Ignore",
}

# English; German; Spanish; French; Portuguese; then Italian, Dutch, Polish, Scandinavian, Finnish; other scripts.
_WORDS = {
    Meaning.ADDRESS: (
        "email, mail, emails, email address, mail address, address email, email id, mailbox address,"
        " mailbox email, work email,"
        " primary email, primary email address, login email, account email, sender email, sending email,"
        " email account,"
        " company email, business email;"
        "email adresse, mailadresse, emailadresse, e mailadresse, geschaftliche email;"
        "correo, correo electronico, direccion de correo, direccion de correo electronico, direccion email;"
        "courriel, adresse email, adresse mail, adresse courriel, adresse electronique, adresse de messagerie, mel;"
        "endereco de email, endereco email, correio eletronico, email corporativo;"
        "indirizzo email, indirizzo mail, posta elettronica, emailadres, adres email, epost, epostadress, epostadresse,"
        " sahkoposti;"
        "почта, эл почта, электронная почта, адрес электронной почты, 邮箱, 电子邮箱, 邮件,"
        " メール, メールアドレス, 이메일"
    ),
    Meaning.FULL_NAME: (
        "full name, fullname, complete name, person, employee, employee name, contact, contact name, person name,"
        " display name,"
        " displayname, user full name, mailbox name, sender name, from name, account name, team member, member,"
        " owner;"
        "voller name, vollstandiger name, vor und nachname, vor und zuname, anzeigename, mitarbeiter,"
        " ansprechpartner, kontakt;"
        "nombre completo, nombre y apellido, nombre y apellidos, nombre para mostrar, persona, empleado, contacto;"
        "nom complet, nom et prenom, prenom et nom, nom prenom, nom affiche, nom d affichage, personne, salarie;"
        "nome completo, nome e sobrenome, nome e apelido, nome de exibicao, pessoa, funcionario, colaborador, contato;"
        "nome e cognome, cognome e nome, volledige naam, naam, imie i nazwisko, fullstandigt namn, namn, navn, nimi;"
        "фио, полное имя, 姓名, 氏名, お名前, 名前, 이름, 성명"
    ),
    Meaning.FIRST: (
        "first, first name, given, given name, given names, forename, forenames, christian name, fname, f name,"
        " first names,"
        " preferred name, sender first name, from first name, user first name;"
        "vorname, vornamen, rufname;"
        "primer nombre, nombres, nombre de pila;"
        "prenom, prenoms, prenom usuel;"
        "primeiro nome, nome proprio, prenome, nomes proprios;"
        "voornaam, roepnaam, imie, imiona, fornamn, fornavn, etunimi;"
        "имя, 名, 名字"
    ),
    Meaning.LAST: (
        "last, last name, surname, surnames, family, family name, lname, l name, second name, last names, sur name,"
        " sender last name, from last name, user last name;"
        "nachname, familienname, zuname, nachnamen;"
        "apellido, apellidos, primer apellido;"
        "nom de famille, nom famille, patronyme, nom d usage;"
        "sobrenome, apelido, apelidos, ultimo nome, nome de familia, sobrenomes;"
        "cognome, achternaam, familienaam, nazwisko, efternamn, efternavn, etternavn, sukunimi;"
        "фамилия, 姓, 姓氏, 성"
    ),
    Meaning.USERNAME: (
        "username, user name, user, userid, local part, localpart, mailbox, alias, email prefix, prefix,"
        " email username, handle,"
        " mail nickname, mailnickname, login, login name, name part, email alias, local;"
        "benutzername, benutzer, postfach, lokaler teil, anmeldename;"
        "usuario, nombre de usuario, buzon;"
        "nom d utilisateur, utilisateur, identifiant, boite, boite mail;"
        "nome de usuario, usuario, nome de utilizador, utilizador, caixa postal"
    ),
    Meaning.DOMAIN: (
        "domain, domain name, domains, domain names, email domain, mail domain, sending domain, sender domain,"
        " primary domain,"
        " fqdn, hostname, zone, web domain;"
        "domane, domanenname, domane name, domain adresse;"
        "dominio, dominios, nombre de dominio, nombre del dominio;"
        "domaine, domaines, nom de domaine, nom du domaine;"
        "dominio, dominios, nome de dominio, nome do dominio;"
        "nome dominio, nome del dominio, domini, domein, domeinnaam, domeinen, domena, domeny, nazwa domeny, doman,"
        " domannamn, domaene, domene, domenenavn, domaenenavn, verkkotunnus;"
        "домен, доменное имя, 域名, ドメイン, ドメイン名, 도메인"
    ),
}
# Columns of account imports and exports: Google Workspace, Microsoft 365, Entra ID, Smartlead, Woodpecker, EmailBison,
# Snov.io (*From email*, *From name*), lemlist (*sender_email*, *sender_name*), Instantly (*Email*, *First Name*).
_MAKERS = {
    Meaning.ADDRESS: (
        "from email, sender email, smtp email, user principal name, userprincipalname, member object id or upn,"
        " email 1 value, email 1 address"
    ),
    Meaning.FULL_NAME: "from name, smtp from name, sender name",
}
REMEMBERED = {
    Meaning.ADDRESS: "reply from email, email login, sender, from, from address, inbox, inbox email",
    Meaning.FULL_NAME: "name on account, account full name, sender full name",
}
# A name, or the part of it whose other part has a column of its own: *Name, Vorname*; *Nombre, Apellidos*.
_EITHER = {"name", "names", "nom", "noms", "nombre", "nome", "namen"}
# Two of a kind: what comes after the first is another one's, and these are never the mailbox itself.
_NOT_OURS = (
    "password, passwort, contrasena, mot de passe, senha, app password, password hash function, org unit path,"
    " new primary email,"
    " recovery email, home secondary email, work secondary email, secondary email, recovery phone, work phone,"
    " home phone,"
    " mobile phone, work address, home address, employee id, employee type, employee title, manager email,"
    " department,"
    " cost center, building id, floor name, floor section, change password at next sign in, new status, status,"
    " last sign in,"
    " advanced protection program enrollment, job title, office number, office phone, fax,"
    " alternate email address, address,"
    " city, state or province, state, zip or postal code, zip, postal code, country or region, country, phone,"
    " mobile, telephone,"
    " telefon, telefono, company, company name, firma, empresa, entreprise, societe, title, position, role, notes,"
    " note, comment,"
    " comments, signature, tags, number, no, nr, n, id, index, pos, lfd nr, sr no, s n, row, linkedin,"
    " linkedin url, website,"
    " location, timezone, bcc, reply to, reply to email, different reply to address, daily limit, warmup enabled,"
    " warmup limit,"
    " warmup increment, max email per day, custom tracking url, custom tracking domain, tracking domain,"
    " total warmup per day,"
    " daily rampup, reply rate percentage, smtp host, smtp port, smtp username, smtp user name, smtp password,"
    " smtp server,"
    " smtp login, smtp secure, smtp tls, imap host, imap port, imap username, imap user name, imap password,"
    " imap server,"
    " imap email, imap login, imap secure, imap tls, email type, provider, type, licenses, when created,"
    " block credential,"
    " usage location, expiration date, expiry date, expires, expires on, expiry, auto renew, autorenew,"
    " renewal date, registered,"
    " created, created on, creation date, registrar, nameservers, nameserver, privacy, lock, locked, price,"
    " renewal price,"
    " abteilung, bemerkung, notiz, ort, stadt, land, departamento, ciudad, pais, cargo, puesto, service, ville,"
    " pays, poste,"
    " cidade, estado, observacoes, gender, geschlecht, birthday, birth date, start date, middle name,"
    " middle initial, salutation,"
    " anrede, titel, suffix, initials, quota, quota mb, photo, picture"
)
# Alone beside unknown words these may be somebody's name: *Anna, Last*.
_WEAK = {
    "first", "last", "nom", "user", "alias", "login", "mail", "local", "given", "family", "owner", "member",
    "from", "sender", "person", "contact", "handle", "prefix", "zone", "box", "mel", "inbox", "employee",
    "persona",
}  # fmt: skip
_REQUIRED = re.compile(
    r"\b(required|optional|mandatory|pflichtfeld|obligatorio|obligatoire|opcional|upload only|read only)\b"
)


_COUNTED = re.compile(r"^\s*\d{1,2}[.):]\s+")


def _squash(words: str) -> str:
    return words.replace(" ", "")


def _unaccented(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _table() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for source in (_WORDS, _MAKERS, REMEMBERED):
        for meaning, words in source.items():
            each = (_squash(_unaccented(word.strip())) for word in re.split("[,;]", words))
            found.update({word: meaning for word in each if word})
    found.update({_squash(word.strip()): Meaning.IGNORE for word in _NOT_OURS.split(",")})
    found["#"] = Meaning.IGNORE
    return found


HEADERS = _table()


@lru_cache(maxsize=4096)
def plain_head(head: str) -> str:
    """A head without its dress: *First Name [Required]*, *first_name*, *2. FirstName*, *FIRSTNAME* are `firstname`."""
    text = _COUNTED.sub("", _unaccented(without_unseen(head[:200])))
    bare = re.sub(r"[\[({<][^\])}>]*[\])}>]", " ", text) or text
    bare = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare).casefold().replace("ø", "o").replace("æ", "ae")
    bare = re.sub(r"[^\w#]+|_+", " ", _REQUIRED.sub(" ", bare)).strip()
    return _squash(bare)


def meanings_of(cells: Sequence[str]) -> list[Meaning] | None:
    """What each column means, or None when this row is no head."""
    if any("@" in cell for cell in cells):
        return None
    heads = [plain_head(cell) if len(cell) < 80 else "" for cell in cells]
    known = [head for head in heads if head in HEADERS or head in _EITHER]
    ours = [head for head in known if head in _EITHER or HEADERS[head] != Meaning.IGNORE]
    filled = sum(1 for cell in cells if cell)
    is_sure = len(known) >= 2 or filled == 1 or any(head not in _WEAK for head in ours)
    return _resolved(heads) if ours and is_sure else None


def _resolved(heads: Sequence[str]) -> list[Meaning]:
    """One column for each meaning, the first; and *name* read by what stands beside it."""
    found = {HEADERS.get(head) for head in heads}
    either = Meaning.FULL_NAME
    if (Meaning.LAST in found) != (Meaning.FIRST in found):
        either = Meaning.FIRST if Meaning.LAST in found else Meaning.LAST
    return once([either if head in _EITHER else HEADERS.get(head, Meaning.IGNORE) for head in heads])


def once(meanings: Iterable[Meaning], *, but: Sequence[Meaning] = (Meaning.IGNORE,)) -> list[Meaning]:
    """A second column of the same meaning is ignored, except for the meanings in `but`."""
    seen: set[Meaning] = set()
    result = []
    for meaning in meanings:
        result.append(Meaning.IGNORE if meaning in seen and meaning not in but else meaning)
        seen.add(meaning)
    return result


def may_begin_a_head(line: str) -> bool:
    """A quick look that spares the long one: whether the line's first cell is a word of the table."""
    first = re.split(r"[\t;|,]", line, maxsplit=1)[0].strip(' "\ufeff')
    return len(first) < 80 and ((head := plain_head(first)) in HEADERS or head in _EITHER)
