"""The form of the order builder."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from billing.models import Provider
from billing.services.quotes import MOST_LINES
from mailboxes.building import Wish
from reseller_portal.core.lists.files import FileText, NotAList, text_of_file
from reseller_portal.core.lists.reader import TooManyLines
from reseller_portal.core.lists.secrets import without_secrets
from reseller_portal.core.lists.usernames import Pattern

LARGEST_FILE = 1024 * 1024
LONGEST_LIST = 1024 * 1024
MOST_ECHOED = 64 * 1024
TOO_LONG = "This list is longer than one order can take. Split it; only its beginning is shown here."

EMPTY_FILE = "This file is empty. Choose another one, or go on without a file."


class OrderForm(forms.Form):
    """The two lists, the provider and the pattern. Lines are judged by `read`, which knows the customer."""

    provider = forms.ChoiceField(choices=Provider.choices, initial=Provider.GOOGLE)
    pattern = forms.ChoiceField(choices=[(each, each) for each in Pattern], required=False)
    domains = forms.CharField(max_length=LONGEST_LIST, required=False, error_messages={"max_length": TOO_LONG})
    people = forms.CharField(max_length=LONGEST_LIST, required=False, error_messages={"max_length": TOO_LONG})
    file = forms.FileField(required=False, error_messages={"empty": EMPTY_FILE})

    def clean_file(self) -> FileText | None:
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is None:
            return None
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 1 MB. Split it into smaller ones.")
        try:
            found = text_of_file(file.read(), most=MOST_LINES)
        except (NotAList, TooManyLines) as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if not found.text.strip("\ufeff \t\r\n"):
            raise forms.ValidationError(EMPTY_FILE)
        return found

    def to_wish(self) -> Wish:
        """A file is read as if it had been pasted under what was typed, below a line that says so."""
        known = self.cleaned_data
        return Wish(
            provider=known["provider"],
            domains=_kept(known["domains"]),
            people=_kept(_with_file(known["people"].strip("\r\n"), known["file"], self.files.get("file"))),
            pattern=known["pattern"] or Pattern.FIRST,
        )


def _kept(listed: str) -> str:
    """What may be kept and shown: exports hold passwords, and an order needs none."""
    return without_secrets(listed, most_lines=2 * MOST_LINES)


def _with_file(typed: str, file: FileText | None, upload: Any) -> str:
    if file is None or not file.text.strip():
        return typed
    if not typed and file.encoding == "UTF-8":
        return file.text
    name = "".join(sign for sign in upload.name if sign.isprintable())[:80]
    return "\n".join([*([typed] if typed else []), f"--- {name} ({file.encoding}) ---", file.text.lstrip("\ufeff")])


def typed_wish(posted: QueryDict) -> Wish:
    """What was typed, as far as it can be shown again although the form was refused."""
    provider, pattern = posted.get("provider", ""), posted.get("pattern", "")
    return Wish(
        provider=provider if provider in Provider.values else Provider.GOOGLE,
        domains=_kept(posted.get("domains", "")[:MOST_ECHOED].replace("\0", "")),
        people=_kept(posted.get("people", "")[:MOST_ECHOED].replace("\0", "")),
        pattern=pattern if pattern in set(Pattern) else Pattern.FIRST,
    )
