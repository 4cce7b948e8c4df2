"""Tags that print without the template engine escape what it would."""

import pytest
from django.template import engines
from django.test import override_settings
from django.utils.safestring import SafeString

from reseller_portal.core.templatetags.portal import labelled, print_rows, remembered

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


def test_a_cell_of_a_list_says_the_head_of_its_column_and_an_empty_one_keeps_quiet() -> None:
    cells = [SafeString("<td class='x'>1</td>"), SafeString("<th>a</th>"), SafeString("<td>-</td>")]
    heads = [{"text": "placed <at>"}, {"text": "name"}, {"text": "last error"}]
    assert labelled(cells[1:], heads[1:]) == ["<th>a</th>", '<td data-label="Last error" data-quiet>-</td>']
    assert labelled([SafeString("<td>1</td>")], [{"text": 'say "x"'}]) == ['<td data-label="Say &quot;x&quot;">1</td>']
    assert labelled(cells[:1], heads[:1]) == cells[:1]
