"""Customers of the reseller, as the upstream keeps them."""

from dataclasses import asdict, dataclass
from datetime import datetime

from reseller_portal.upstream.reader import Reader

WIRE_NAMES = {
    "email": "email",
    "company": "company",
    "first_name": "firstName",
    "last_name": "lastName",
    "country": "country",
    "city": "city",
    "address_line_one": "addressLineOne",
    "address_line_two": "addressLineTwo",
    "address_line_three": "addressLineThree",
    "language": "languagePreference",
    "postal_code": "postalCode",
    "state": "state",
    "phone_cc": "phoneCc",
    "phone": "phone",
}
OPTIONAL = {"address_line_two", "address_line_three"}


@dataclass(frozen=True, kw_only=True)
class UserDraft:
    """Contact and address of a customer.

    `country` is an alpha-2 code, `state` a name or a code, both parts of the phone number are digits only.
    Text but the e-mail takes letters of any script, digits, spaces and . , ' # & ( ) / -
    """

    email: str
    company: str
    first_name: str
    last_name: str
    country: str
    city: str
    address_line_one: str
    postal_code: str
    state: str
    phone_cc: str
    phone: str
    address_line_two: str = ""
    address_line_three: str = ""
    language: str = "en"

    def wire(self) -> dict[str, str]:
        values = asdict(self)
        return {WIRE_NAMES[name]: text for name, text in values.items() if text or name not in OPTIONAL}


@dataclass(frozen=True, kw_only=True)
class User:
    """A customer. Only `id` and `email` are certain; other text is empty where the answer did not say.

    `unread` names the keys whose values could not be read, and count as not told.
    """

    id: str
    email: str
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    country: str = ""
    city: str = ""
    address_line_one: str = ""
    address_line_two: str = ""
    address_line_three: str = ""
    language: str = ""
    postal_code: str = ""
    state: str = ""
    phone_cc: str = ""
    phone: str = ""
    created_at: datetime | None = None
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, found: Reader) -> "User":
        """The address may lie one key deeper."""
        found = found.lenient()
        deeper = found.one("billingDetails") or found
        rest = {
            name: found.text_or_empty(key) or deeper.text_or_empty(key)
            for name, key in WIRE_NAMES.items()
            if name != "email"
        }
        return cls(
            id=found.identifier("id", "userId"),
            email=found.text("email"),
            created_at=found.maybe_moment("createdAt"),
            **rest,
            unread=found.unread,
        )

    @classmethod
    def made_from(cls, draft: UserDraft, user_id: str) -> "User":
        return cls(id=user_id, **asdict(draft))
