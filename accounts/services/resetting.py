"""A link for who forgot the password. The page notes that it was asked for; whose address it is, a worker finds out.

So the page does the same work whether anybody has the address, and nothing is learnt from how long it takes.
"""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.utils import user_pk_to_url_str

from accounts.mails import queue_mail
from accounts.models import Mail, User

ASKED = "reset_asked"


def ask_for_link(address: str) -> None:
    """No mail of its own: when its turn comes, the link is queued as one where the address is somebody's."""
    queue_mail(to=address, subject="A link to set a password was asked for", template="", purpose=ASKED)


def send_to_the_holder(mail: Mail) -> str:
    """What became of it. Where an address names two people, neither gets a link."""
    people = filter_users_by_email(mail.to, is_active=True, prefer_verified=True, for_login=True)
    if len(people) != 1:
        return "Nobody signs in with this address."
    send_link(people[0], to=mail.to)
    return "The link was sent as an e-mail of its own."


def send_link(person: User, *, to: str) -> None:
    """A link to set a password; it works once."""
    adapter = get_adapter()
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    url = adapter.get_reset_password_from_key_url(f"{user_pk_to_url_str(person)}-{token}")
    adapter.send_mail("account/email/password_reset_key", to, {"user": person, "password_reset_url": url})
