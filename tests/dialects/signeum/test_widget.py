"""The signing page inside a page of another origin: two real servers, one real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.dialects.signeum.organization import Organization, new_organization, person
from tests.pages.web_pages import WebSite, web_site
from tests.rules.tree import ROOT
from tests.support.browser import OpenPage
from tests.support.processes import wait_until
from tests.support.server import RunningServer

EXAMPLE = re.compile(r"```html\n(.*?)```", re.DOTALL)
CALLBACKS = ("onReady", "onSigned", "onReviewed", "onDeclined", "onCompleted", "onError")
REFUSED = r"Framing '.*' violates.*frame-ancestors|ERR_BLOCKED_BY_RESPONSE|Refused to frame"


@pytest.fixture(scope="module")
def organization(running_server: RunningServer) -> Organization:
    return new_organization(running_server)


@pytest.fixture
def site() -> Iterator[WebSite]:
    """A customer's site: `localhost`, while Countersign is at 127.0.0.1."""
    with web_site() as site:
        yield site


@pytest.fixture
def stranger() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


@pytest.fixture
def project(organization: Organization, site: WebSite) -> str:
    return organization.project(widgetOrigins=[site.origin])


def embedding(server: RunningServer, token: str, **options: Any) -> str:
    """A page that embeds `token` and keeps what it hears in `heard`."""
    chosen = {"containerId": "here", "token": token, **options}
    listeners = ", ".join(f'{name}: (...a) => heard.push(["{name}", ...a])' for name in CALLBACKS)
    return f"""<!doctype html><html lang="en"><title>Customer</title>
      <link rel="icon" href="data:,">
      <link rel="stylesheet" href="{server.url}/widget/widget.css"><div id="here"></div>
      <script>window.heard = [];</script>
      <script type="module">
        import {{ init }} from "{server.url}/widget/widget.js";
        window.handle = init({{ ...{json.dumps(chosen)}, {listeners} }});
      </script></html>"""


def token_of(link: str) -> str:
    return link.rpartition("/")[2].partition("?")[0]


def signing(page: Page) -> FrameLocator:
    return page.frame_locator(".countersign-widget")


def wait_for(page: Page, callback: str) -> dict[str, Any]:
    """What the callback was told."""
    page.wait_for_function("name => heard.some(([n]) => n === name)", arg=callback)
    found = page.evaluate("name => heard.filter(([n]) => n === name).map(([, d]) => d)", callback)
    assert len(found) == 1, f"{callback} was called {len(found)} times"
    return dict(found[0] or {})


def code_for(address: str, server: RunningServer) -> str:
    """The one-time code that was mailed there, as soon as it was."""

    def codes() -> list[str]:
        url = f"{server.url}/sandbox/mail.json"
        found = httpx2.get(url, params={"to": address}, timeout=30).json()["messages"]
        return [mail["code"] for mail in found if mail["code"]]

    wait_until(lambda: bool(codes()), f"a code for {address}")
    return codes()[0]


def sign(frame: FrameLocator) -> None:
    frame.get_by_test_id("next").click()
    frame.get_by_test_id("next").click()
    frame.get_by_test_id("method-typed").check(force=True)
    frame.get_by_test_id("consent").check()
    frame.get_by_test_id("finish").click()
    expect(frame.get_by_test_id("done")).to_be_visible()


def test_one_signs_inside_the_frame_and_the_page_around_it_hears_everything(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    desk.goto(site.put(embedding(running_server, token_of(link))))
    wait_for(desk, "onReady")
    sign(signing(desk))
    who = wait_for(desk, "onCompleted")
    assert wait_for(desk, "onSigned") == {**who, "redirectUrl": None}
    assert organization.call("GET", f"/documents/{who['documentId']}")["document"]["status"] == (
        "completed"
    )
    assert [name for name, *_ in desk.evaluate("heard")] == ["onReady", "onSigned", "onCompleted"]
    expect(signing(desk).get_by_text("Everybody has signed")).to_be_visible()
    desk.evaluate("handle.destroy()")
    expect(desk.locator("iframe")).to_have_count(0)


@pytest.mark.allow_console_errors(r"status of 410")
def test_a_reviewer_and_somebody_who_declines_are_heard_too(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    desk: Page,
) -> None:
    people = [person("Elsa Berg"), person("Rut Ek", "reviewer")]
    signer, reviewer = organization.send(project, people)
    desk.goto(site.put(embedding(running_server, token_of(reviewer))))
    frame = signing(desk)
    frame.get_by_test_id("next").click()
    frame.get_by_test_id("next").click()
    frame.get_by_test_id("consent").check()
    frame.get_by_role("button", name="I have read it").click()
    reviewed = wait_for(desk, "onReviewed")

    desk.goto(site.put(embedding(running_server, token_of(signer))))
    frame.get_by_test_id("decline").click()
    frame.get_by_test_id("decline-reason").fill("Too dear")
    frame.get_by_test_id("decline-confirm").click()
    declined = wait_for(desk, "onDeclined")
    assert declined["reason"] == "Too dear"
    assert declined["documentId"] == reviewed["documentId"]
    assert declined["participantId"] != reviewed["participantId"]
    expect(frame.get_by_text("This request was declined")).to_be_visible()
    assert "onError" not in [name for name, *_ in desk.evaluate("heard")]


def test_a_code_is_asked_for_inside_the_frame(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    desk: Page,
) -> None:
    someone = person("Vera Dahl", otpEnabled=True)
    [link] = organization.send(project, [someone])
    desk.goto(site.put(embedding(running_server, token_of(link), language="sv")))
    wait_for(desk, "onReady")
    frame = signing(desk)
    frame.get_by_test_id("next").click()
    expect(frame.get_by_role("heading", name="Visa först att det är du")).to_be_visible()
    frame.get_by_test_id("identity-code").fill(code_for(someone["email"], running_server))
    frame.get_by_test_id("next").click()
    expect(frame.get_by_test_id("page-0")).to_be_visible()
    frame.get_by_test_id("next").click()
    frame.get_by_test_id("method-typed").check(force=True)
    frame.get_by_test_id("consent").check()
    frame.get_by_test_id("finish").click()
    wait_for(desk, "onSigned")
    assert [name for name, *_ in desk.evaluate("heard")][:2] == ["onReady", "onSigned"]


def test_where_to_go_next_is_told_and_the_frame_stays(
    running_server: RunningServer, organization: Organization, site: WebSite, desk: Page
) -> None:
    after = {"type": "redirect", "redirectUrl": "https://www.example.com/thanks"}
    project = organization.project("Next", widgetOrigins=[site.origin], postSigning=after)
    [link] = organization.send(project, [person("Elsa Berg")])
    desk.goto(site.put(embedding(running_server, token_of(link))))
    sign(signing(desk))
    assert wait_for(desk, "onSigned")["redirectUrl"] == "https://www.example.com/thanks"
    expect(signing(desk).get_by_role("link", name="Continue")).to_have_count(0)


@pytest.mark.allow_console_errors(REFUSED)
def test_an_origin_that_is_not_allowed_is_refused_by_the_browser(
    running_server: RunningServer,
    organization: Organization,
    stranger: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    desk.goto(stranger.put(embedding(running_server, token_of(link))))
    assert wait_for(desk, "onError")["code"] == "origin_not_allowed"
    expect(signing(desk).locator("#intro")).to_have_count(0)


@pytest.mark.allow_console_errors(REFUSED)
def test_naming_an_allowed_origin_does_not_help_a_page_of_another_one(
    organization: Organization,
    site: WebSite,
    stranger: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    frame = f'<iframe src="{link}?embed={site.origin}" class="it"></iframe>'
    page = f'<!doctype html><link rel="icon" href="data:,">{frame}'
    desk.goto(stranger.put(page))
    expect(desk.frame_locator(".it").locator("#intro")).to_have_count(0)
    answer = httpx2.get(f"{link}?embed={site.origin}")
    assert f"frame-ancestors {site.origin};" in answer.headers["content-security-policy"] + ";"


def test_only_an_origin_that_the_project_allows_now_may_frame_the_page(
    organization: Organization, site: WebSite, project: str
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])

    def ancestors(asked: str) -> str:
        policy = httpx2.get(link, params={"embed": asked}).headers["content-security-policy"]
        return policy.partition("frame-ancestors ")[2].partition(";")[0]

    assert ancestors(site.origin) == site.origin
    for asked in ("", "*", "https://other.example", "'self'", f"{site.origin} *", "\r\nx: y"):
        assert ancestors(asked) == "'none'"
    settings = {"settings": {"widgetOrigins": []}}
    organization.call("PATCH", f"/projects/{project}", json=settings)
    assert ancestors(site.origin) == "'none'"


def test_a_hostile_page_around_it_is_not_heard(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    desk.goto(site.put(embedding(running_server, token_of(link))))
    wait_for(desk, "onReady")
    desk.evaluate("""() => {
      const { contentWindow } = document.querySelector("iframe");
      for (const type of ["complete", "signed", "consent", "finish", "ended", "navigate"]) {
        const message = { source: "countersign", type, url: "https://evil.example", consent: true };
        contentWindow.postMessage(message, "*");
        contentWindow.postMessage(JSON.stringify(message), "*");
      }
    }""")
    desk.wait_for_timeout(300)
    expect(signing(desk).get_by_test_id("start")).to_be_visible()
    assert httpx2.get(f"{link}/state").json()["task"]["status"] == "ready"


def test_messages_of_other_windows_and_origins_are_not_believed(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    stranger: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    lie = '{ source: "countersign", type: "signed", documentId: "x", participantId: "y" }'
    liar = f"<!doctype html><script>parent.postMessage({lie}, '*')</script>"
    hostile = stranger.put(liar, "/liar")
    page = embedding(running_server, token_of(link))
    desk.goto(site.put(page.replace("</html>", f'<iframe src="{hostile}"></iframe></html>')))
    wait_for(desk, "onReady")
    # This page's own window lies as well; and the widget's own window, showing another origin
    desk.evaluate(f"postMessage({lie}, '*')")
    desk.evaluate("at => document.querySelector('.countersign-widget').src = at", hostile)
    desk.wait_for_timeout(500)
    assert [name for name, *_ in desk.evaluate("heard")] == ["onReady"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"containerId": "nowhere"}, "container_not_found"),
        ({"token": ""}, "token_missing"),
        ({"token": "../../evil"}, "token_missing"),
        ({"apiUrl": "http://["}, "api_url_invalid"),
        ({"token": "x" * 43}, "not_found"),
    ],
)
@pytest.mark.allow_console_errors(r"status of 404")
def test_wrong_use_is_told_in_words(
    running_server: RunningServer, site: WebSite, desk: Page, options: dict[str, str], code: str
) -> None:
    desk.goto(site.put(embedding(running_server, **{"token": "t" * 43, **options})))
    error = wait_for(desk, "onError")
    assert error["code"] == code
    assert error["message"]


@pytest.mark.allow_console_errors(r"status of 410")
def test_a_link_that_was_good_says_what_became_of_it(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    id = httpx2.get(f"{link}/state").json()["envelope"]["id"]
    organization.call("PUT", f"/documents/{id}/cancel", json={"reason": "Wrong flat"})
    desk.goto(site.put(embedding(running_server, token_of(link))))
    assert wait_for(desk, "onError")["code"] == "cancelled"


def test_it_works_where_the_browser_forbids_the_frame_to_store_anything(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    open_page: OpenPage,
) -> None:
    page = open_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    forbidden = "get() { throw new DOMException('denied', 'SecurityError'); }"
    page.add_init_script(
        f"for (const name of ['sessionStorage', 'localStorage'])"
        f" Object.defineProperty(window, name, {{ {forbidden} }});"
    )
    [link] = organization.send(project, [person("Elsa Berg")])
    page.goto(site.put(embedding(running_server, token_of(link))))
    sign(signing(page))
    wait_for(page, "onSigned")


def test_the_example_of_the_papers_works_as_it_is_written(
    running_server: RunningServer,
    organization: Organization,
    site: WebSite,
    project: str,
    desk: Page,
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    [example] = EXAMPLE.findall((ROOT / "docs" / "widget.md").read_text("utf-8"))
    page = example.replace("https://sign.example.com", running_server.url)
    desk.goto(site.put(page.replace("TOKEN", token_of(link))))
    expect(desk.get_by_text("Please read and sign.")).to_be_visible()
    sign(signing(desk))
    expect(desk.get_by_text("Everybody has signed.", exact=True)).to_be_visible()


def test_the_files_may_be_loaded_from_everywhere_and_under_the_vendors_names(
    running_server: RunningServer,
) -> None:
    for ending, media in (("js", "text/javascript"), ("css", "text/css")):
        ours, vendors = (
            httpx2.get(f"{running_server.url}/widget/{name}.{ending}")
            for name in ("widget", "signeum-widget")
        )
        assert ours.content == vendors.content
        assert ours.headers["access-control-allow-origin"] == "*"
        assert ours.headers["x-content-type-options"] == "nosniff"
        assert ours.headers["content-type"].startswith(media)
        again = {"if-none-match": ours.headers["etag"]}
        assert httpx2.get(str(ours.url), headers=again).status_code == 304
    assert httpx2.get(f"{running_server.url}/widget/../signing.js").status_code == 404
    assert httpx2.get(f"{running_server.url}/widget/signing.js").status_code == 404


def test_nothing_else_may_be_read_by_other_origins(
    organization: Organization, project: str, site: WebSite
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    for path in ("", "/state"):
        answer = httpx2.get(link + path, headers={"origin": site.origin})
        assert "access-control-allow-origin" not in answer.headers


def test_the_sandboxes_demo_shows_the_widget_and_what_it_says(
    running_server: RunningServer, organization: Organization, project: str, phone: Page
) -> None:
    [link] = organization.send(project, [person("Elsa Berg")])
    phone.goto(f"{running_server.url}/sandbox/widget")
    phone.get_by_label("Link").fill(link)
    phone.get_by_role("button", name="Show").click()
    expect(signing(phone).get_by_test_id("start")).to_be_visible()
    expect(phone.get_by_role("log")).to_contain_text("onReady")
    frame = phone.locator(".countersign-widget").bounding_box()
    assert frame is not None
    assert frame["width"] == 390
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
