"""Users: the upstream's word for the reseller's customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.reading import Fields, Page, data_of, every, page_of


@dataclass(frozen=True)
class UserDraft:
    """The full contact record. `country` is a code; `state` is a name in the vendor's sample."""

    email: str
    company: str
    first_name: str
    last_name: str
    country: str
    state: str
    city: str
    address_line_one: str
    postal_code: str
    phone_cc: str
    phone: str
    language: str = "en"

    def as_body(self) -> dict[str, str]:
        return {
            "email": self.email,
            "company": self.company,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "country": self.country,
            "state": self.state,
            "city": self.city,
            "addressLineOne": self.address_line_one,
            "postalCode": self.postal_code,
            "phoneCc": self.phone_cc,
            "phone": self.phone,
            "languagePreference": self.language,
        }


@dataclass(frozen=True)
class User:
    id: str
    email: str
    company: str
    first_name: str
    last_name: str
    country: str
    state: str
    created_at: datetime | None


@dataclass(frozen=True)
class Users:
    """Group `users` of the API."""

    caller: Caller

    def create(self, draft: UserDraft) -> str:
        """Make a user and return its id. A second call makes a twin: look by e-mail first. Evidence: documented."""
        return data_of("create_user", self.caller.call("create_user", body=draft.as_body())).text("id", "userId")

    def get(self, user_id: str) -> User:
        """One user. Raises `Refused` with status 404 when there is none. Evidence: secondary."""
        return _read(data_of("get_user", self.caller.call("get_user", query={"userId": user_id})))

    def list(self, *, page: int = 1, limit: int = 100, contains: str = "") -> Page[User]:
        """One page of users, at most 100. Evidence: secondary."""
        query = {"page": page, "limit": limit, **({"contains": contains} if contains else {})}
        return page_of(data_of("list_users", self.caller.call("list_users", query=query)), "users", _read)

    def all(self, *, contains: str = "") -> Iterator[User]:
        return every(lambda number: self.list(page=number, contains=contains), lambda user: user.id)


def _read(fields: Fields) -> User:
    return User(
        id=fields.text("id", "userId"),
        email=fields.text("email", "userEmail"),
        company=fields.text_or_empty("company"),
        first_name=fields.text_or_empty("firstName"),
        last_name=fields.text_or_empty("lastName"),
        country=fields.text_or_empty("country"),
        state=fields.text_or_empty("state"),
        created_at=fields.time_or_none("createdAt"),
    )
