"""Mails in the sender's name, with logo and colours."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from PIL import Image

from countersign.adapters.files.local import LocalFiles
from countersign.adapters.invitations import MailInvitations
from countersign.adapters.mail import SmtpMailer
from countersign.colours import contrast, parse_colour
from countersign.domain.branding import Branding
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.inline_image import content_id, inline_images, with_images
from tests.adapters import samples
from tests.support.mail import SmtpServer

FROM = "Countersign <noreply@sign.test>"
LETTERS = MailInvitations(FROM)
LOGO = FileRef("ab" * 32, 1234)
COLOURS = Branding(company_name="Fjordbo", primary_color="#ffd400", secondary_color="#1e1e3c")


def envelope(branding: Branding, **settings: object) -> Envelope:
    made = EnvelopeSettings(branding=branding, send_invitations=True)
    return samples.envelope(settings=replace(made, **settings))  # type: ignore[arg-type]


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 20, 30)).save(out, "PNG")
    return out.getvalue()


def test_the_company_stands_in_subject_text_and_page() -> None:
    subject, text, html = LETTERS.invitation(envelope(COLOURS), samples.task(), "https://l.test")
    assert subject == "Fjordbo asks you to sign Rental agreement"
    assert text.startswith("Fjordbo\n\nHello")
    assert "Max Own" not in subject + text + html
    assert text.rstrip().endswith("Sent by Countersign for Fjordbo.")


def test_the_button_has_the_senders_colour_and_can_be_read() -> None:
    _, _, html = LETTERS.invitation(envelope(COLOURS), samples.task(), "https://l.test")
    found = re.findall(r"background: (#\w{6})(?: !important)?; color: (#\w{6})", html)
    assert [button for button, _ in found] == ["#ffd400", "#ffd400"], "in the dark, in the light"
    for pair in found:
        button, text = map(parse_colour, pair)
        assert button
        assert text
        assert contrast(button, text) >= 4.5


def test_a_letter_without_branding_looks_as_ever() -> None:
    _, text, html = LETTERS.invitation(envelope(Branding()), samples.task(), "https://l.test")
    assert text.startswith("Hello")
    assert "background: #0d5f66; color: #ffffff" in html
    assert "<img" not in html


def test_a_colour_that_is_none_gets_nowhere() -> None:
    evil = Branding(primary_color="red;} body{display:none", company_name="<b>x</b>")
    _, _, html = LETTERS.invitation(envelope(evil), samples.task(), "https://l.test")
    assert "display:none" not in html
    assert "<b>x" not in html


def test_the_logo_travels_inside_the_mail(smtp_server: SmtpServer, tmp_path: object) -> None:
    files = LocalFiles(tmp_path)  # type: ignore[arg-type]
    logo = files.put(png())
    branding = replace(COLOURS, logo=logo)
    subject, text, html = LETTERS.invitation(envelope(branding), samples.task(), "https://l.test")
    message = samples.message(subject=subject, text=text, html=html)
    SmtpMailer(smtp_server.url, FROM, files).send(message)
    [delivery] = smtp_server.deliveries
    [picture] = [part for part in delivery.message.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == png()
    assert picture["Content-ID"] == f"<{content_id(logo)}>"
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{content_id(logo)}" alt="Fjordbo"' in delivery.html()
    assert not re.search(r'src="https?:', delivery.html()), "nothing is fetched from elsewhere"
    kinds = [part.get_content_type() for part in delivery.message.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]


def test_without_a_logo_the_mail_has_two_parts_as_before(smtp_server: SmtpServer) -> None:
    SmtpMailer(smtp_server.url, FROM).send(samples.message())
    [delivery] = smtp_server.deliveries
    kinds = [part.get_content_type() for part in delivery.message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_words_of_people_cannot_name_a_picture() -> None:
    forged = f'<img src="cid:{content_id(LOGO)}">'
    named = replace(envelope(Branding()), name=forged)
    _, _, html = LETTERS.invitation(named, samples.task(), "https://l.test")
    assert inline_images(html) == ()


def test_a_picture_is_named_once_however_often_it_is_shown() -> None:
    html = f'<img src="cid:{content_id(LOGO)}"><img src="cid:{content_id(LOGO)}">'
    assert inline_images(html) == (LOGO,)
    assert with_images(html, lambda file: str(file.size)) == '<img src="1234"><img src="1234">'


def test_white_label_codes_name_nobody_but_the_company() -> None:
    quiet = envelope(COLOURS, send_invitations=False)
    _, text, html = LETTERS.code(quiet, samples.task(), "123456")
    assert "Countersign" not in text + html
    assert text.rstrip().endswith("-- \nFjordbo")
