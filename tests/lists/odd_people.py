"""Lists as programs and people of many countries write them: text, and who must come of it, as in `more_people`."""

LAYOUTS = {
    "recipients copied out of Outlook, with the word before them": (
        "To: Lena Ostrow <lena@tryacme.net>; Ian Quill <ian@tryacme.net>\nCc: Maya Fern <maya@tryacme.net>",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill\nmaya@tryacme.net|Maya|Fern",
    ),
    "recipients in apostrophes": (
        "'Lena Ostrow' <lena@tryacme.net>; 'ian.quill@tryacme.net'",
        "lena@tryacme.net|Lena|Ostrow\nian.quill@tryacme.net|Ian|Quill",
    ),
    "addresses alone in a row of semicolons": (
        "lena.ostrow@tryacme.net;ian.quill@tryacme.net;",
        "lena.ostrow@tryacme.net|Lena|Ostrow\nian.quill@tryacme.net|Ian|Quill",
    ),
    "contacts exported from Outlook": (
        "First Name,Middle Name,Last Name,Title,Suffix,Nickname,E-mail Address,E-mail 2 Address,Home Phone,Company,Notes\n"
        'Lena,M,Ostrow,Dr.,,Leni,lena@tryacme.net,l@private.example,+49 1,Acme,"a, b"',
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "contacts exported from Outlook in German": (
        "Anrede;Vorname;Weitere Vornamen;Nachname;Suffix;Firma;Abteilung;E-Mail-Adresse;E-Mail 2: Adresse\n"
        "Frau;Lena;;Ostrow;;Acme;Vertrieb;lena@tryacme.net;l@private.example",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "contacts exported from Google": (
        "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,Organization Name,Notes,Labels,E-mail 1 - Label,"
        "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\nLena,,Ostrow,,,Acme,,* myContacts,* Work,lena@tryacme.net,Mobile,+1 555",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "an address book of Thunderbird": (
        "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone\n"
        "Lena,Ostrow,Lena Ostrow,,lena@tryacme.net,l@private.example,,",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "contact cards of Apple": (
        "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//Apple Inc.//macOS 14//EN\nN:Ostrow;Lena;Maria;Dr.;\nFN:Dr. Lena Maria Ostrow\n"
        "EMAIL;type=INTERNET;type=WORK;type=pref:lena@tryacme.net\nitem1.EMAIL;type=INTERNET:l@private.example\n"
        "item1.X-ABLabel:_$!<Other>!$_\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n  SkZJRgAB\nEND:VCARD",
        "lena@tryacme.net|Lena Maria|Ostrow",
    ),
    "a contact card of a company": (
        "BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:Acme Inc\nORG:Acme Inc;\nEMAIL:info@tryacme.net\nEND:VCARD",
        "info@tryacme.net|Acme|Inc",
    ),
    "a directory export with folded and encoded lines": (
        "version: 1\n\n# x\ndn: uid=lena,ou=people,dc=acme\nuid: lena\nsn: Ostrow\ngivenName:: TGVuYQ==\nmail: lena@trya\n cme.net\n",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "the signature of a mail under a name": (
        "Lena Ostrow\nHead of Sales\n+49 170 1234567\nlena@tryacme.net\nwww.tryacme.net",
        "lena|Lena|Ostrow\n! Remove this line\n! no name\n! first and last name of lena\n! Nobody",
    ),
    "columns of passwords": (
        "Email,Password,First name,Last name,Recovery Email\nlena@tryacme.net,S3cret pass!,Lena,Ostrow,x@private.example",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "two columns of addresses, the first one counts": (
        "Full name;Email;Email\nLena Ostrow;lena@tryacme.net;l@private.example",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "a column that stands there twice": (
        "First name,Last name,First name,Last name\nLena,Ostrow,Lena,Ostrow",
        "lena|Lena|Ostrow",
    ),
    "private and business addresses": (
        "Name,Personal Email,Work Email\nLena Ostrow,l@private.example,lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "merged cells of a workbook: the domain stands once": (
        "Domain\tFirst name\tLast name\ntryacme.net\tLena\tOstrow\n\tIan\tQuill\ngetacme.org\tMaya\tFern",
        "lena@tryacme.net|Lena|Ostrow\n! domain of this person\nmaya@getacme.org|Maya|Fern",
    ),
    "a sum below the list": (
        "First name,Last name\nLena,Ostrow\nTotal,1",
        "lena|Lena|Ostrow\n! no name",
    ),
    "errors of formulas": (
        "First name\tLast name\tEmail\nLena\tOstrow\tlena@tryacme.net\nIan\t#N/A\t#REF!\n#VALUE!\t#NAME?\t#DIV/0!",
        "lena@tryacme.net|Lena|Ostrow\n! \n! ",
    ),
    "formulas that make text of numbers": (
        'First name,Last name\n="Lena",="Ostrow"',
        "lena|Lena|Ostrow",
    ),
    "a mark of encoding in the middle": (
        "Lena Ostrow\n\ufeffFirst name,Last name\nIan,Quill",
        "! above the headings\nian|Ian|Quill",
    ),
    "zero bytes between letters": ("Lena\x00 Ostrow\nIan Quill\x00", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "names of Arabic and Hebrew with marks of direction": (
        "\u200fמיה פרו\u200f\n\u202bأحمد حسن\u202c",
        "myh|מיה|פרו\nhmd|أحمد|حسن",
    ),
    "titles of German officials": (
        "Herr Dr. med. Tom Ash\nFrau Prof. Lena Ostrow\nDipl.-Ing. Ian Quill",
        "tom|Tom|Ash\nlena|Lena|Ostrow\nian|Ian|Quill",
    ),
    "titles of Spain and Portugal": (
        "Sra. Lena Ostrow\nD. Ian Quill\nDña. Maya Fern\nEngº Tom Ash\nSr. Rui Costa",
        "lena|Lena|Ostrow\nd|D. Ian|Quill\nmaya|Maya|Fern\ntom|Tom|Ash\nrui|Rui|Costa",
    ),
    "titles of France and Italy": (
        "Mme Lena Ostrow\nAvv. Ian Quill\nDott.ssa Maya Fern\nSig. Rui Costa",
        "lena|Lena|Ostrow\nian|Ian|Quill\nmaya|Maya|Fern\nrui|Rui|Costa",
    ),
    "heads of Italian": ("Nome;Cognome;Indirizzo email\nLena;Ostrow;lena@tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "heads of Dutch": (
        "Voornaam;Achternaam;E-mailadres\nLena;van Ostrow;lena@tryacme.net",
        "lena@tryacme.net|Lena|van Ostrow",
    ),
    "heads of Polish": ("Imię;Nazwisko;Adres e-mail\nLena;Ostrow;lena@tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "heads of Swedish": ("Förnamn;Efternamn;E-post\nLena;Ostrow;lena@tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "heads with their number": (
        "1. First name;2. Last name;3. Email\nLena;Ostrow;lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "heads in quotes with blanks": ('" First name ";" Last name "\nLena;Ostrow', "lena|Lena|Ostrow"),
    "heads with a remark after a colon": (
        "First name:,Last name:,E-mail:\nLena,Ostrow,lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "heads with units": (
        "No.;Name (first, last);E-Mail\n1;Lena Ostrow;lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "names stay as written, whatever is in capitals": ("OSTROW Lena\nTJ Quill", "ostrow|OSTROW|Lena\ntj|TJ|Quill"),
    "surnames in capitals, given name first": ("Lena OSTROW\nIan QUILL", "lena|Lena|OSTROW\nian|Ian|QUILL"),
    "all in capitals": ("LENA OSTROW\nIAN QUILL", "lena|LENA|OSTROW\nian|IAN|QUILL"),
    "all in small letters": ("lena ostrow\nian quill", "lena|lena|ostrow\nian|ian|quill"),
    "separators that differ from line to line": (
        "Lena Ostrow; lena@tryacme.net\nIan Quill, ian@tryacme.net\nMaya Fern | maya@tryacme.net\nTom Ash\ttom@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill\nmaya@tryacme.net|Maya|Fern\ntom@tryacme.net|Tom|Ash",
    ),
    "an arrow or a dash between name and address": (
        "Lena Ostrow -> lena@tryacme.net\nIan Quill — ian@tryacme.net\nMaya Fern: maya@tryacme.net\nTom Ash = tom@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill\nmaya@tryacme.net|Maya|Fern\ntom@tryacme.net|Tom|Ash",
    ),
    "an at in words": ("Lena Ostrow lena (at) tryacme.net", "! no name"),
    "a telephone in the same cell": ("Lena Ostrow +49 170 1234567", "! no name"),
    "telephones in a column without a head": (
        "Lena Ostrow;0170/1234567\nIan Quill;(555) 123-4567",
        "lena|Lena|Ostrow\nian|Ian|Quill",
    ),
    "notes at the end of a line": (
        "Lena Ostrow <lena@tryacme.net> # on leave\nIan Quill <ian@tryacme.net> - new",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "a list of a document with emphasis": (
        "**Lena Ostrow**\n* *Ian Quill*\n_Maya Fern_",
        "lena|Lena|Ostrow\nian|Ian|Quill\nmaya|Maya|Fern",
    ),
    "links of a document": (
        "[Lena Ostrow](mailto:lena@tryacme.net)\n- [Ian Quill](mailto:ian@tryacme.net)",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "mentions of a chat": ("@lena Lena Ostrow", "! "),
    "blanks that make columns": (
        "Lena      Ostrow     lena@tryacme.net\nIan       Quill      ian@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "an address in capitals": ("LENA@TRYACME.NET Lena Ostrow", "lena@tryacme.net|Lena|Ostrow"),
    "an address with a plus": ("lena+sales@tryacme.net Lena Ostrow", "! letters, digits"),
    "a full stop after the address": ("Lena Ostrow lena@tryacme.net.", "lena@tryacme.net|Lena|Ostrow"),
    "a blank inside the address": ("Lena Ostrow <lena @tryacme.net>", "lena@tryacme.net|Lena|Ostrow"),
    "comma of East Asia between people": ("李雷、韩梅梅", "lei|雷|李\nmeimei|梅梅|韩"),
    "semicolon of full width": ("Lena Ostrow；Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "names of Korea as written": ("김 민수", "gim|김|민수"),
    "Jamf and macOS line ends": ("Lena Ostrow\rIan Quill\r", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "line ends of a web page": ("Lena Ostrow\u2028Ian Quill\u2028", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "initial in the middle": ("Lena M. Ostrow\nIan Q Quill", "lena|Lena M.|Ostrow\nian|Ian Q|Quill"),
    "a name with a married name in brackets": ("Lena Ostrow (née Quill)", "lena|Lena|Ostrow"),
    "an entry for a function": ("Sales Team <sales@tryacme.net>", "sales@tryacme.net|Sales|Team"),
    "cells of the wrong width": (
        "First name,Last name,Email\nLena,Ostrow,lena@tryacme.net,extra,cells\nIan,Quill",
        "lena@tryacme.net|Lena|Ostrow\nian|Ian|Quill",
    ),
    "heads of Russian": ("Фамилия;Имя;Почта\nЩербакова;Анна;anna@tryacme.net", "anna@tryacme.net|Анна|Щербакова"),
    "heads of Chinese": ("姓名,邮箱\n李雷,lei@tryacme.net", "lei@tryacme.net|雷|李"),
    "heads of Japanese": ("姓\t名\tメールアドレス\n佐藤\tさくら\tsakura@tryacme.net", "sakura@tryacme.net|さくら|佐藤"),
    "a name and an address by turns": (
        "Lena Ostrow, lena@tryacme.net, Ian Quill, ian@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "a whole sheet in quotation marks": (
        '"First name,Last name,Email"\n"Lena,Ostrow,lena@tryacme.net"',
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "a username behind the names": ("Lena\tOstrow\tlena.ostrow\nIan\tQuill\tian.quill", "lena.ostrow|Lena|Ostrow\nian.quill|Ian|Quill"),
    "links as domains, without heads": ("https://tryacme.net/,Lena,Ostrow\nhttps://getacme.org,Ian,Quill", "lena@tryacme.net|Lena|Ostrow\nian@getacme.org|Ian|Quill"),
    "two names around a dash": ("Lena Ostrow - Ian Quill", "! more than one"),
    "and before the last": ("Lena Ostrow, Ian Quill, and Maya Fern", "lena|Lena|Ostrow\nian|Ian|Quill\nmaya|Maya|Fern"),
    "marks around each name": ("'Lena Ostrow'\n«Ian Quill»", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "keys of numbers": ("1\ufe0f\u20e3 Lena Ostrow\n2\ufe0f\u20e3 Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "how many of each": ("2 x Lena Ostrow", "! as a sentence"),
    "a name before the marriage": ("Lena Ostrow geb. Quill\nMaya Fern née Ash", "lena|Lena|Ostrow\nmaya|Maya|Fern"),
    "a dash at the end": ("Lena Ostrow-\nIan Quill–", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "a label before several": ("Team: Lena Ostrow, Ian Quill", "! before the colon"),
    "digits in a name": ("First,Last\nLena 2,Ostrow", "! has digits"),
    "domains as heads": ("First,Last,tryacme.net,getacme.org\nLena,Ostrow,lena,l.ostrow", "! Headings of this list are domains"),
    "the head of a mail that was sent on": ("From: Lena Ostrow <lena@tryacme.net>\nIan Quill", "! of a letter\nian|Ian|Quill"),
}  # fmt: skip
