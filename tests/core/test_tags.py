"""Tags that print without the template engine escape what it would."""

import pytest
from django.template import engines
from django.test import override_settings
from django.utils.safestring import SafeString

from reseller_portal.core.templatetags.portal import print_rows, remembered

BAD = "<script>alert('x')</script>"
SHOWN = "&lt;script&gt;"


def test_rows_are_escaped_unless_their_markup_is_ours() -> None:
    row = ("/c/acme/mailboxes/1/", BAD, BAD, SafeString("<i>ours</i>"), '" onclick="', "", None)
    printed = print_rows("mailboxes/mailbox_row.html", [row])
    assert "<script>" not in printed
    assert '" onclick' not in printed
    assert printed.count(SHOWN) == 2
    assert "<i>ours</i>" in printed


@pytest.mark.parametrize("debug", [True, False])
def test_a_remembered_part_says_each_set_of_values(debug: bool) -> None:
    with override_settings(DEBUG=debug):
        for name in ("Acme", "Globex", "Acme"):
            assert name in remembered("components/company.html", companies=(), company=name)


def test_a_text_is_escaped_though_its_safe_twin_was_remembered() -> None:
    assert BAD in remembered("components/company.html", companies=(), company=SafeString(BAD))
    printed = remembered("components/company.html", companies=(), company=BAD)
    assert SHOWN in printed
    assert BAD not in printed


def test_a_remembered_part_knows_nothing_but_its_values() -> None:
    template = engines["django"].from_string('{% remembered "components/company.html" companies=empty company=name %}')
    assert "Acme" in template.render({"name": "Acme", "empty": ()})
