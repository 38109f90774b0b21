"""The pages as a browser sees them: who gets in, what a form needs, what is shown to whom, escaped."""

import re

import pytest
from sqlalchemy import select

from airlock.actions.release import release
from airlock.actions.vote import vote
from airlock.domain.review import Vote
from airlock.domain.states import State
from airlock.store import requests
from airlock.web.main import build
from airlock.web.sessions import COOKIE
from airlock.web.sign_in import SignInFailedError
from governance.audit import AuditEvent
from governance.database import transaction
from tests.support.airlock_browser import TestClient
from tests.support.airlock_house import ODD, SMALL


class Provider:
    """An identity provider that knows one code for each person."""

    def authorize_url(self, state):
        return f"http://hub.localhost/authorize?state={state}"

    def person_of(self, code):
        if not code.startswith("code-of-"):
            raise SignInFailedError("No.")
        return code.removeprefix("code-of-")


@pytest.fixture
def app(house):
    return build(house.airlock, Provider())


@pytest.fixture
def browser(app, house):
    """Return a browser in which a person is signed in, speaking English."""

    def signed_in(person):
        client = TestClient(app, base_url=house.airlock.instance.airlock_url, follow_redirects=False)
        client.cookies.set(COOKIE, app.state.sessions.seal(person))
        client.headers["accept-language"] = "en"
        return client

    return signed_in


def csrf(client, address):
    return re.search(r'name="csrf" value="([^"]+)"', client.get(address).text)[1]


def post(client, address, page="/submit", **fields):
    return client.post(address, data={"csrf": csrf(client, page), **fields})


def now(house, request):
    with transaction(house.engine) as session:
        return requests.get(session, request.id)


def test_who_is_not_signed_in_is_sent_to_the_hub_and_comes_back(app, house):
    client = TestClient(app, base_url=house.airlock.instance.airlock_url, follow_redirects=False)
    to_login = client.get("/requests?x=1")
    assert (to_login.status_code, to_login.headers["location"]) == (
        303,
        "/oauth/login?then=%2Frequests%3Fx%3D1",
    )
    to_hub = client.get(to_login.headers["location"])
    state = to_hub.headers["location"].split("state=")[1]
    back = client.get(f"/oauth/callback?code=code-of-ana&state={state}")
    assert back.headers["location"] == "/requests?x=1"
    assert "HttpOnly" in back.headers["set-cookie"] and "SameSite=lax" in back.headers["set-cookie"]
    assert client.get("/requests").status_code == 200


@pytest.mark.parametrize(
    "query", ["code=code-of-ana&state=forged", "code=nobody&state={state}", "state={state}", ""]
)
def test_a_sign_in_that_does_not_fit_is_refused(app, house, query):
    client = TestClient(app, base_url=house.airlock.instance.airlock_url, follow_redirects=False)
    state = client.get("/oauth/login").headers["location"].split("state=")[1]
    answer = client.get("/oauth/callback?" + query.format(state=state))
    assert answer.status_code == 403 and COOKIE + "=" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb"])
def test_signing_in_never_leads_to_another_site(app, house, then):
    client = TestClient(app, base_url=house.airlock.instance.airlock_url, follow_redirects=False)
    to_hub = client.get("/oauth/login", params={"then": then})
    state = to_hub.headers["location"].split("state=")[1]
    assert client.get(f"/oauth/callback?code=code-of-ana&state={state}").headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAAB" + "A" * 80])
def test_a_forged_session_is_no_session(app, house, cookie):
    client = TestClient(app, base_url=house.airlock.instance.airlock_url, follow_redirects=False)
    client.cookies.set(COOKIE, cookie)
    assert client.get("/queue").status_code == 303


def test_every_answer_carries_the_security_headers(browser):
    for address in ("/requests", "/static/tre.css", "/nothing", "/requests/p001-r9"):
        headers = browser("ana").get(address).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_renders_in_both_languages(browser, house, language):
    house.checks.findings = (ODD,)
    request = house.submitted()
    for person, address in (
        ("ana", "/requests"),
        ("ana", "/submit"),
        ("ines", "/queue"),
        ("nora", "/requests"),
        ("nora", "/submit"),
        ("ana", f"/requests/{request.id}"),
        ("ines", f"/requests/{request.id}"),
        ("aldo", f"/requests/{request.id}"),
    ):
        page = browser(person).get(f"{address}?lang={language}")
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert "<script>" not in page.text and "style=" not in page.text and "onclick" not in page.text


def test_the_first_page_is_the_queue_for_checkers_and_the_requests_for_others(browser):
    assert browser("ines").get("/").headers["location"] == "/queue"
    assert browser("ana").get("/").headers["location"] == "/requests"
    assert browser("ana").get("/queue").status_code == 403


def test_an_author_submits_by_the_page(browser, house):
    house.put()
    client = browser("ana")
    assert "table.csv" in client.get("/submit").text
    sent = post(
        client, "/submit", project="p001", file="table.csv", description="Counts.", population="", controls=""
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/requests/p001-r1")


def test_what_was_typed_survives_a_refusal(browser, house):
    house.put()
    page = post(
        browser("ana"), "/submit", project="p001", file="table.csv", description=" ", population="All <b>."
    )
    assert page.status_code == 409
    assert "All &lt;b&gt;." in page.text and 'value="table.csv" checked' in page.text


def test_a_check_before_submission_shows_findings_and_sends_nothing(browser, house):
    house.checks.findings = (SMALL,)
    house.put()
    page = post(browser("ana"), "/submit/check", project="p001", file="table.csv")
    assert page.status_code == 200 and "A count below 10." in page.text
    assert "There are no requests yet" in browser("ana").get("/requests").text


def test_findings_lie_on_their_cells(browser, house):
    house.checks.findings = (SMALL,)
    request = house.submitted()
    page = browser("ana").get(f"/requests/{request.id}").text
    assert re.search(r'<td id="cell-1-2-3" class="cell--stop number">120 <a href="#finding-1">', page)
    assert 'id="finding-1"' in page and "Submit corrected files" in page


def test_a_checker_votes_and_the_second_approval_opens_the_release(browser, house):
    request = house.submitted()
    address = f"/requests/{request.id}"
    for person in ("ines", "carlos"):
        client = browser(person)
        seen = re.search(r'name="seen" value="([^"]+)"', client.get(address).text)[1]
        assert post(client, f"{address}/vote", address, vote="approve", seen=seen, text="").status_code == 303
    assert now(house, request).state is State.APPROVED
    client = browser("sofia")
    assert post(client, f"{address}/release", address).status_code == 303
    package = browser("ana").get(f"/packages/{request.id}.zip")
    assert package.headers["content-type"] == "application/zip" and package.content[:2] == b"PK"
    assert len(browser("ana").get(f"/packages/{request.id}.zip.sig").content) == 64


def test_a_vote_without_its_choice_or_reason_is_refused_in_words(browser, house):
    request = house.submitted()
    address = f"/requests/{request.id}"
    assert "You chose no vote." in post(browser("ines"), f"{address}/vote", address).text
    seen = request.current.content
    refused = post(browser("ines"), f"{address}/vote", address, vote="changes", seen=seen)
    assert refused.status_code == 409 and "A reason is missing." in refused.text


@pytest.mark.parametrize("act", ["vote", "comment", "return", "withdraw", "release"])
@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_form_without_its_token_does_nothing(browser, house, act, token):
    request = house.submitted()
    fields = {"vote": "approve", "text": "x"} | ({} if token is None else {"csrf": token})
    for person in ("ana", "ines"):
        assert browser(person).post(f"/requests/{request.id}/{act}", data=fields).status_code == 403
    assert now(house, request).state is State.IN_REVIEW


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.localhost"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_from_another_site_does_nothing(browser, house, headers):
    request = house.submitted()
    client = browser("ana")
    token = csrf(client, f"/requests/{request.id}")
    answer = client.post(f"/requests/{request.id}/withdraw", data={"csrf": token}, headers=headers)
    assert answer.status_code == 403
    assert now(house, request).state is State.IN_REVIEW


def test_a_form_that_is_too_large_is_refused(browser):
    client = browser("ana")
    answer = client.post("/submit", data={"csrf": csrf(client, "/submit"), "description": "x" * 300_000})
    assert answer.status_code == 413


def test_a_stranger_does_not_learn_whether_a_request_exists(browser, house):
    request = house.submitted()
    client = browser("olga")
    there, nowhere = client.get(f"/requests/{request.id}"), client.get("/requests/p001-r99")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert re.sub("p001-r[0-9]+", "", there.text) == re.sub("p001-r[0-9]+", "", nowhere.text)


@pytest.mark.parametrize(
    "name", ["p001-r1.zip.sig.zip", "p001-r1.exe", "%2e%2e%2fetc%2fpasswd", "p001-r1.zip.sig.sig"]
)
def test_only_a_package_has_a_download(browser, house, name):
    release(house.airlock, "ines", house.approved().id)
    assert browser("ana").get(f"/packages/{name}").status_code == 404


def test_hostile_text_is_shown_as_text(browser, house):
    attack = "<script>alert(1)</script>"
    request = house.submitted(house.put("o'hara & co.csv", f'"{attack}",count\n=1+1,20\n'))
    vote(house.airlock, "ines", request.id, Vote.CHANGES, attack)
    vote(house.airlock, "carlos", request.id, Vote.CHANGES, attack)
    page = browser("ana").get(f"/requests/{request.id}").text
    assert attack not in page and page.count("&lt;script&gt;") >= 3
    assert "o&#39;hara &amp; co.csv" in page


def test_a_hostile_name_in_an_outbox_is_listed_visibly_and_refused(browser, house):
    (house.outbox() / "a\u202efdp.csv").write_text("x,count\na,20\n")
    client = browser("ana")
    page = client.get("/submit").text
    assert "a\ufffdfdp.csv" in page
    sent = post(client, "/submit", project="p001", file="a\u202efdp.csv", description="Counts.")
    assert sent.status_code == 409 and "characters that cannot be seen" in sent.text


def test_blind_until_two_votes_are_in_on_the_page_too(browser, house):
    request = house.submitted()
    vote(house.airlock, "ines", request.id, Vote.CHANGES, "Say who is counted.")
    address = f"/requests/{request.id}"
    assert "Say who is counted." in browser("ines").get(address).text
    for person in ("carlos", "ana", "luis"):
        assert "Say who is counted." not in browser(person).get(address).text
    vote(house.airlock, "carlos", request.id, Vote.CHANGES, "Too thin.")
    author = browser("ana").get(address).text
    assert "Say who is counted." in author and "ines" not in author and "carlos" not in author


def test_a_failure_says_that_nothing_changed_and_not_why(browser, monkeypatch, caplog):
    monkeypatch.setattr(
        "airlock.web.views.lines_of", lambda *_: (_ for _ in ()).throw(ValueError("12345678Z"))
    )
    page = browser("ana").get("/requests")
    assert page.status_code == 500 and "Nothing was changed" in page.text
    assert "12345678Z" not in page.text + caplog.text


def test_signing_out_ends_the_session(browser, house):
    client = browser("ana")
    answer = post(client, "/sign-out")
    assert answer.headers["location"] == f"{house.airlock.instance.hub_url}/hub/logout"
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]


def events(house, tag):
    with transaction(house.engine) as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == tag))
        return [(row.actor, row.subject) for row in rows]


def test_every_look_at_a_file_and_every_forged_form_is_recorded(browser, house):
    request = house.submitted()
    browser("ines").get(f"/requests/{request.id}")
    browser("olga").get(f"/requests/{request.id}")
    browser("luis").post(f"/requests/{request.id}/comment", data={"text": "x", "csrf": "forged"})
    assert events(house, "airlock:file:view") == [("ines", request.id)]
    assert events(house, "airlock:form:refused") == [("luis", "luis")]


def test_a_script_whose_session_ended_is_told_where_to_sign_in(app, house):
    client = TestClient(app, base_url=house.airlock.instance.airlock_url, follow_redirects=False)
    answer = client.get("/queue", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/oauth/login?then=%2Fqueue")
