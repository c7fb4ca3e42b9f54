"""From Markdown to each reader's email: variables are checked, values are harmless, and the text part is a text."""

from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies

from webapp.campaigns import placeholders
from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import compile_for
from webapp.campaigns.variables import VARIABLES, Mistake
from webapp.consents.models import Topic
from webapp.mail.rendering import Rendered, one_line

ANNA = Recipient(uuid4(), "anna@example.org", "en", "Anna", "Keller", "Keller & Söhne")
NOBODY = Recipient(uuid4(), "reader@example.org", "en")


def rendered(body: str, *, subject: str = "News", reader: Recipient = ANNA) -> Rendered:
    news = Topic(id=uuid4(), slug="news", titles={"en": "Product news"}, descriptions={}, position=1)
    campaign = Campaign(id=uuid4(), topic_id=news.id, topic=news, subject=subject, body=body)
    return compile_for(reader, campaign).letter(reader).rendered


@pytest.mark.usefixtures("app")
class TestVariables:
    def test_each_is_filled_in_subject_text_and_html(self) -> None:
        every = " ".join(f"{{{{ {name} }}}}" for name in VARIABLES)
        mail = rendered(every, subject=every)
        expected = "Anna Keller Anna Keller Keller & Söhne anna@example.org"
        assert mail.subject == expected
        assert expected in " ".join(mail.text.split())
        assert expected.replace("&", "&amp;") in mail.html

    def test_other_words_stand_in_for_what_we_do_not_know(self) -> None:
        assert "Hello friend of ours!" in rendered("Hello {{ given_name | friend of ours }}!", reader=NOBODY).text
        assert "Hello Anna!" in rendered("Hello {{given_name|friend}}!").text

    @pytest.mark.parametrize("name", ["first_name", "password", "given_name.__class__", "7*7", ""])
    def test_an_unknown_one_is_refused_by_name(self, app: Flask, name: str) -> None:
        with pytest.raises(Mistake) as mistake:
            placeholders.check(f"Hi\n{{{{ {name} }}}}")
        with app.test_request_context():
            assert f"There is no variable {{{{ {name} }}}}" in str(mistake.value.problem)
        assert mistake.value.line == 2

    @pytest.mark.parametrize("body", ["{{ given_name", "given_name }}", "{{{{ given_name }}}}", "{%", "%}"])
    def test_braces_that_are_no_variable_are_refused(self, body: str) -> None:
        with pytest.raises(Mistake) as mistake:
            placeholders.check(f"{{{{ given_name |\n friend }}}}\n\n{body}")
        assert mistake.value.line == 4


@pytest.mark.usefixtures("app")
class TestValues:
    def test_markup_in_a_name_stays_text(self) -> None:
        evil = Recipient(
            uuid4(), "e@example.org", "en", "<script>alert(1)</script>", "**bold** [x](https://evil.example)"
        )
        mail = rendered("Hello {{ full_name }}", reader=evil)
        assert "<script>" not in mail.html
        assert "&lt;script&gt;" in mail.html
        assert "https://evil.example" not in [part.split('"')[0] for part in mail.html.split('href="')[1:]]

    def test_a_line_break_in_a_name_stays_in_its_header(self) -> None:
        evil = Recipient(uuid4(), "e@example.org", "en", "Anna\r\nBcc: everybody@example.org")
        assert rendered("x", subject="Hi {{ given_name }}", reader=evil).subject == "Hi Anna Bcc: everybody@example.org"

    def test_a_value_inside_an_address_is_encoded_for_it(self) -> None:
        mail = rendered("[Book](https://example.org/?for={{ email }}&by={{ organization }})")
        assert "https://example.org/?for=anna%40example.org&amp;by=Keller%20%26%20S%C3%B6hne" in mail.html

    def test_a_value_that_looks_like_a_variable_is_not_filled_again(self) -> None:
        assert (
            "{{ email }}"
            in rendered("{{ given_name }}", reader=Recipient(uuid4(), "x@y.example", "en", "{{ email }}")).text
        )

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
    @given(name=strategies.text(strategies.characters(exclude_categories=["Cs"]), max_size=40))
    def test_any_name_arrives_as_it_is_on_one_line(self, name: str) -> None:
        mail = rendered("[{{ given_name }}]", reader=Recipient(uuid4(), "x@y.example", "en", name))
        assert f"[{one_line(name)}]" in mail.text


@pytest.mark.usefixtures("app")
class TestMarkdown:
    def test_html_in_the_text_is_shown_and_not_obeyed(self) -> None:
        html = rendered("<img src=x onerror=alert(1)> <b>hi</b>").html
        assert "<img" not in html
        assert "&lt;b&gt;hi&lt;/b&gt;" in html

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "vbscript:x", "data:text/html,x", "JaVaScRiPt:x"])
    def test_a_dangerous_address_becomes_no_link(self, address: str) -> None:
        assert f'href="{address}' not in rendered(f"[click]({address})").html

    def test_it_is_html_for_those_who_see_html(self) -> None:
        html = rendered("# Title\n\n**strong** *soft*\n\n- one\n- two\n\n[words](https://example.org/x)").html
        for expected in ("<h1", "<strong", "<em", "<li", 'href="https://example.org/x"'):
            assert expected in html

    def test_the_text_part_is_written_as_text(self) -> None:
        text = rendered(
            "# Winter\n\nA **long** line that goes on and on until it has to be wrapped somewhere, as letters are.\n\n"
            "- one\n- two\n\n1. first\n2. second\n\n> quoted\n\n[words](https://example.org/x) <https://example.org/y>"
        ).text
        assert text.startswith(
            "Winter\n======\n\n"
            "A long line that goes on and on until it has to be wrapped somewhere, as\nletters are.\n\n"
            "- one\n- two\n\n1. first\n2. second\n\n> quoted\n\n"
            "words (https://example.org/x) https://example.org/y\n"
        )

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("Bo", "========"),
            ("", "============"),
            ("Maximiliane", "=" * 17),
            ("李娜", "=" * 10),
            ("🎉", "=" * 8),
            ("x" * 99, "=" * 72),
        ],
    )
    def test_a_title_is_underlined_as_far_as_the_name_in_it_reaches(self, name: str, line: str) -> None:
        reader = Recipient(uuid4(), "x@y.example", "en", name)
        assert f"\n{line}\n\nNews" in rendered("# Hello {{ given_name | friend }}\n\nNews", reader=reader).text

    def test_emoji_and_right_to_left_writing_survive(self) -> None:
        mail = rendered("שלום {{ given_name }} 🎉", subject="🎉 مرحبا")
        assert mail.subject == "🎉 مرحبا"
        assert "שלום Anna 🎉" in mail.text
        assert "שלום Anna 🎉" in mail.html


@pytest.mark.usefixtures("app")
def test_a_preview_has_no_link_that_would_unsubscribe_its_reader() -> None:
    news = Topic(id=uuid4(), slug="news", titles={"en": "Product news"}, descriptions={}, position=1)
    campaign = Campaign(id=uuid4(), topic_id=news.id, topic=news, subject="News", body="Hello")
    preview = compile_for(ANNA, campaign).preview(ANNA)
    assert "/unsubscribe/" not in preview.html + preview.text
