"""Layouts of lists of people beside the ones that were told: text, and who must come of it.

`wanted` has one line for each person: address (without a domain when it stands on every domain), given name, surname;
or `! part of the problem`.
"""

LAYOUTS = {
    "surname, comma and given name without quotes, told apart by a particle": (
        "Ostrow, Lena\nvan der Berg, Anna Maria",
        "lena|Lena|Ostrow\nanna|Anna Maria|van der Berg",
    ),
    "recipients of a message": (
        "Lena Ostrow <lena@tryacme.net>; Ian Quill <ian@tryacme.net>",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "recipients with commas": (
        "Lena Ostrow <lena@tryacme.net>, Ian Quill <ian@tryacme.net>,",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "recipients, surname first, in quotes": (
        '"Ostrow, Lena" <lena@tryacme.net>',
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "recipients, surname first, without quotes": (
        "Ostrow, Lena <lena@tryacme.net>; Quill, Ian <ian@tryacme.net>",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "several names on a line": ("Lena Ostrow, Ian Quill, Maya Fern", "lena|Lena|Ostrow\nian|Ian|Quill\nmaya|Maya|Fern"),
    "several names with semicolons": ("Lena Ostrow; Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "several names with pipes": ("Lena Ostrow | Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "a block under a domain": (
        "tryacme.net:\nLena Ostrow\nIan Quill\n\ngetacme.org\nMaya Fern",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill\nmaya@getacme.org|Maya|Fern",
    ),
    "a block under a domain with an at": ("@tryacme.net\nLena Ostrow", "lena@tryacme.net|Lena|Ostrow"),
    "a heading of a document and bullets": (
        "## tryacme.net\n* Lena Ostrow\n* Ian Quill",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "a domain and its people on one line": (
        "tryacme.net: Lena Ostrow, Ian Quill",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill",
    ),
    "a domain without people": ("tryacme.net\ngetacme.org\nLena Ostrow", "! Nobody\nlena@getacme.org|Lena|Ostrow"),
    "a column that counts": ("1\tLena\tOstrow\n2\tIan\tQuill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "a column that counts, with its head": (
        "#;First name;Surname\n1;Lena;Ostrow\n2;Ian;Quill",
        "lena|Lena|Ostrow\nian|Ian|Quill",
    ),
    "numbers without a dot": ("1 Lena Ostrow\n2 Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "numbers without a blank": ("1.Lena Ostrow\n2.Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "numbers in brackets": ("(1) Lena Ostrow\n(2) Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "letters of a list": ("a) Lena Ostrow\nb) Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "tasks": ("- [ ] Lena Ostrow\n- [x] Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "arrows and ticks": ("→ Lena Ostrow\n✓ Ian Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "a line that names the separator": (
        "sep=;\nVorname;Nachname;E-Mail\nLena;Ostrow;lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "a named separator that nobody would guess": ("sep=^\nVorname^Nachname\nLena^Ostrow", "lena|Lena|Ostrow"),
    "German heads": ("Name;Vorname;E-Mail-Adresse\nOstrow;Lena;lena@tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "Spanish heads": (
        "Nombre;Apellidos;Correo electrónico\nLena;Ostrow Gil;lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow Gil",
    ),
    "French heads": ("Nom;Prénom;Adresse e-mail\nOstrow;Lena;lena@tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "Portuguese heads": ("Nome;Sobrenome;E-mail\nLena;Ostrow;lena@tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "Portuguese full names": ("Nome completo;Usuário\nLena Maria Ostrow;lena.m", "lena.m|Lena Maria|Ostrow"),
    "French domains": ("Prénom,Nom de famille,Domaine\nLena,Ostrow,tryacme.net", "lena@tryacme.net|Lena|Ostrow"),
    "a head in camelCase": (
        "firstName,lastName,emailAddress\nLena,Ostrow,lena@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "a head in snake_case": ("last_name,first_name\nOstrow,Lena", "lena|Lena|Ostrow"),
    "a head in capitals, with stars": ("FIRST NAME*|LAST NAME*\nLena|Ostrow", "lena|Lena|Ostrow"),
    "a head with brackets": ("Given name (required);Family name (optional)\nLena;Ostrow", "lena|Lena|Ostrow"),
    "surname in the column Name beside a given name": ("Name,First name\nOstrow,Lena", "lena|Lena|Ostrow"),
    "given name in the column Name beside a surname": ("Name,Surname\nLena,Ostrow", "lena|Lena|Ostrow"),
    "a title above the head": ("Our team 2026\n\nFirst name,Last name\nLena,Ostrow", "lena|Lena|Ostrow"),
    "what may be a person above the head": (
        "Acme Sales\nFirst name,Last name\nLena,Ostrow",
        "! above the headings\nlena|Lena|Ostrow",
    ),
    "Microsoft Entra users": (
        "Display name,User principal name,First name,Last name,When created\nLena Ostrow,lena@tryacme.net,Lena,Ostrow,2026-01-01",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "Microsoft 365, the older template": (
        "User Name,First Name,Last Name,Display Name,Job Title,Department,Office Number,Office Phone,Mobile Phone,Fax,"
        "Alternate email address,Address,City,State or Province,ZIP or Postal Code,Country or Region\n"
        "lena@tryacme.net,Lena,Ostrow,Lena Ostrow,IT Manager,IT,1,555-1211,555-6641,555-6700,l@private.example,1 Way,R,W,9,US",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "Instantly": (
        "Email,First Name,Last Name,IMAP Username,IMAP Password,IMAP Host,IMAP Port,SMTP Username,SMTP Password,SMTP Host,"
        "SMTP Port,Daily Limit,Warmup Enabled,Warmup Limit,Warmup Increment\n"
        "lena@tryacme.net,Lena,Ostrow,lena@tryacme.net,pw,imap.x.example,993,lena@tryacme.net,pw,smtp.x.example,465,30,TRUE,10,1",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "Smartlead": (
        "from_name,from_email,user_name,password,smtp_host,smtp_port,imap_host,imap_port,max_email_per_day,custom_tracking_url,"
        "bcc,signature,warmup_enabled,total_warmup_per_day,daily_rampup,reply_rate_percentage,different_reply_to_address\n"
        'Lena Ostrow,lena@tryacme.net,lena@tryacme.net,pw,smtp.x.example,465,imap.x.example,993,30,,,"Best,\nLena",TRUE,40,5,20,',
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "Woodpecker": (
        "SMTP_EMAIL,SMTP_LOGIN,SMTP_PASSWORD,SMTP_SERVER,SMTP_PORT,SMTP_FROM_NAME,IMAP_EMAIL,IMAP_PASSWORD\n"
        "lena@tryacme.net,lena@tryacme.net,pw,smtp.x.example,465,Lena Ostrow,lena@tryacme.net,pw",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "EmailBison": (
        "Name,Email,Password,IMAP Server,IMAP Port,SMTP Server,SMTP Port,Daily Limit\n"
        "Lena Ostrow,lena@tryacme.net,pw,imap.x.example,993,smtp.x.example,465,30",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "Snov.io": (
        "From email,From name,SMTP host,SMTP port,Username,Password\nlena@tryacme.net,Lena Ostrow,smtp.x.example,465,x,pw",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "lemlist": (
        "sender_name,sender_email,smtp_host,smtp_port,smtp_login,smtp_password\nLena Ostrow,lena@tryacme.net,smtp.x.example,587,l,pw",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "an order sheet of a mailbox provider, domain last": (
        "Username\tFirst name\tLast name\tDomain\nlena.o\tLena\tOstrow\ttryacme.net",
        "lena.o@tryacme.net|Lena|Ostrow",
    ),
    "a domain missing where others have one": (
        "Domain,First name,Last name\ntryacme.net,Lena,Ostrow\n,Ian,Quill",
        "lena@tryacme.net|Lena|Ostrow\n! domain of this person",
    ),
    "name and domain without heads": (
        "Lena Ostrow,tryacme.net\nIan Quill,getacme.org",
        "lena@tryacme.net|Lena|Ostrow\nian@getacme.org|Ian|Quill",
    ),
    "address and name in one cell": (
        "lena@tryacme.net Lena Ostrow\nIan Quill - ian@tryacme.net\nmaya@tryacme.net (Maya Fern)",
        "lena@tryacme.net|Lena|Ostrow\nian@tryacme.net|Ian|Quill\nmaya@tryacme.net|Maya|Fern",
    ),
    "a telephone beside a person": ("Lena\tOstrow\tlena@tryacme.net\t+49 170 1234567", "lena@tryacme.net|Lena|Ostrow"),
    "an address that says a name": ("lena.ostrow@tryacme.net", "lena.ostrow@tryacme.net|Lena|Ostrow"),
    "an address that says none": ("lena@tryacme.net", "! first and last name"),
    "a single name": ("Jonas\nLena Ostrow", "! surname of Jonas\nlena|Lena|Ostrow"),
    "a surname missing in its column": ("First name,Last name\nLena,\nIan,Quill", "! surname of Lena\nian|Ian|Quill"),
    "titles and degrees": (
        "Prof. Dr. Maya Ferro, PhD\nMr Tom Ash\nMs. Lena Ostrow MBA\nIan Okafor III",
        "maya|Maya|Ferro\ntom|Tom|Ash\nlena|Lena|Ostrow\nian|Ian|Okafor",
    ),
    "jobs beside names": (
        "Ian Quill, CEO\nTom Stone - Head of Sales\nMaya Fern | Marketing\nLena Ostrow (Sales, EMEA)",
        "ian|Ian|Quill\ntom|Tom|Stone\nmaya|Maya|Fern\nlena|Lena|Ostrow",
    ),
    "titles in a column": (
        "First name,Last name\nDr. Maya,Ferro\nTomas,Okafor Jr.",
        "maya|Maya|Ferro\ntomas|Tomas|Okafor",
    ),
    "names that look like titles": ("Jo Ma\nMag Lee\nIng Wong", "jo|Jo|Ma\nmag|Mag|Lee\ning|Ing|Wong"),
    "a nickname in quotes": ('Ian "Izzy" Quill', "ian|Ian|Quill"),
    "particles": (
        "Jean-Luc de la Fontaine\nLudwig van Beethoven\nMaria dos Santos\nLeonardo da Vinci",
        "jean-luc|Jean-Luc|de la Fontaine\nludwig|Ludwig|van Beethoven\nmaria|Maria|dos Santos\nleonardo|Leonardo|da Vinci",
    ),
    "initials": ("J. R. Smith", "j|J. R.|Smith"),
    "Han letters without a blank": ("李雷\n欧阳娜娜\n王小明", "lei|雷|李\nnana|娜娜|欧阳\nxiaoming|小明|王"),
    "names of Japan": ("佐藤 さくら", "sakura|さくら|佐藤"),
    "other scripts as written": (
        "Анна Щербакова\nΓιώργος Παππάς\nمحمد علي\nDoğan Şahin",
        "anna|Анна|Щербакова\ngiorgos|Γιώργος|Παππάς\nmhmd|محمد|علي\ndogan|Doğan|Şahin",
    ),
    "vCards of version 2.1 and 4, one after the other": (
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Lindstr=C3=B6m;Zo=C3=AB\nEMAIL;PREF:zoe@tryacme.net\n"
        "END:VCARD\nBEGIN:VCARD\nVERSION:4.0\nFN:Tom Ash\nitem1.EMAIL:tom@tryacme.net\nTEL:+1\nPHOTO:data:image/png;base64,AAAA\n"
        " BBBB\nEND:VCARD",
        "zoe@tryacme.net|Zoë|Lindström\ntom@tryacme.net|Tom|Ash",
    ),
    "a directory export": (
        "dn: cn=Lena Ostrow,dc=acme\nobjectClass: person\ncn: Lena Ostrow\nsn: Ostrow\ngivenName: Lena\nmail: lena@tryacme.net\n\n"
        "dn: cn=x\ncn:: Wm/DqyBMaW5kc3Ryw7Zt\nmail: zoe@tryacme.net",
        "lena@tryacme.net|Lena|Ostrow\nzoe@tryacme.net|Zoë|Lindström",
    ),
    "lines of a card without its begin": ("FN:Maya Ferro\nTEL;TYPE=CELL:+49 1", "! one detail\n! one detail"),
    "details one below the other": ("Name: Lena Ostrow\nEmail: lena@tryacme.net", "! before the colon\n! one detail"),
    "a table of a document": (
        "| Name | Email |\n|------|-------|\n| Lena Ostrow | lena@tryacme.net |",
        "lena@tryacme.net|Lena|Ostrow",
    ),
    "two lists one below the other": (
        "Lena Ostrow\n--- more.csv ---\nLast name;First name\nQuill;Ian",
        "lena|Lena|Ostrow\nian|Ian|Quill",
    ),
    "a quotation mark that nobody closed": ('"Lena, Ostrow\nIan, Quill', "lena|Lena|Ostrow\nian|Ian|Quill"),
    "a quotation mark that opens in every line": (
        'Name,Note\nLena Ostrow,"a\nIan Quill,"b\nMaya Fern,"c',
        "lena|Lena|Ostrow\nian|Ian|Quill\nmaya|Maya|Fern",
    ),
    "quoted cells with doubled marks": ('First,Last,Signature\nLena,Ostrow,"said ""hi"",\n\nbye"', "lena|Lena|Ostrow"),
    "a given name that two have": ("Maya Ferro\nMaya Lund", "maya|Maya|Ferro\nmaya.lund|Maya|Lund"),
    "the same person twice": ("Maya Ferro\nmaya ferro", "maya|Maya|Ferro\n! twice"),
    "an address that a name would make again": (
        "Maya Ferro\nmaya@tryacme.net Maya Lund",
        "maya.ferro|Maya|Ferro\nmaya@tryacme.net|Maya|Lund",
    ),
    "dots where no provider takes them": (
        "Username,First,Last\n.lena,Lena,Ostrow\nian.,Ian,Quill\nma..ya,Maya,Fern",
        "! a dot\n! a dot\n! two dots",
    ),
    "reserved names": ("Username,First,Last\npostmaster,Lena,Ostrow\nAbuse,Ian,Quill", "! reserved\n! reserved"),
    "numbers and pictures": ("12345 12345\n😀 🙂", "! no name\n! no name"),
    "an address typed after a name without an at": ("Lena Ostrow lena.ostrow", "! no name"),
    "apostrophes and hyphens": ("Séan O'Brien\nAnne-Marie O’Neil", "sean|Séan|O'Brien\nanne-marie|Anne-Marie|O’Neil"),
    "blanks that break no line": ("Lena\u00a0Ostrow\nIan\u2003Quill", "lena|Lena|Ostrow\nian|Ian|Quill"),
    "a name that turns its direction": ("Lena\u202e Ostrow", "lena|Lena|Ostrow"),
    "an international domain of a person": (
        "lena@münchen-hafen.de Lena Ostrow",
        "lena@xn--mnchen-hafen-dlb.de|Lena|Ostrow",
    ),
    "a list from a workbook, pasted": (
        "First Name\tLast Name\tRole\r\nLena\tOstrow\tSales\r\nIan\tQuill\t\r\n",
        "lena|Lena|Ostrow\nian|Ian|Quill",
    ),
}
