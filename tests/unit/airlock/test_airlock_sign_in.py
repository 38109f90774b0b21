"""The conversation with JupyterHub: what is sent where, and that a doubtful answer signs nobody in."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from airlock.web.sign_in import Hub, SignInFailedError, safe_path
from governance.errors import BrokenError


@pytest.fixture
def instance(house):
    place = house.airlock.instance.paths.etc / "airlock" / "oauth_secret"
    place.write_text("the-secret\n")
    return house.airlock.instance


def hub(instance, **changes):
    """A hub that behaves, but for what a test changes; records what it was asked."""
    asked = []
    answers = {
        "/hub/api/oauth2/token": httpx.Response(200, json={"access_token": "t1"}),
        "/hub/api/user": httpx.Response(200, json={"name": "ana"}),
    } | {f"/hub/api/{path}": answer for path, answer in changes.get("answers", {}).items()}

    def handle(request):
        asked.append(request)
        return answers[request.url.path]

    return Hub(instance, httpx.MockTransport(handle)), asked


def test_the_browser_is_sent_to_the_hubs_public_address(instance):
    url = urlsplit(Hub(instance).authorize_url("s1"))
    assert f"{url.scheme}://{url.netloc}" == instance.hub_url
    assert parse_qs(url.query) == {
        "client_id": ["service-airlock"],
        "redirect_uri": [f"{instance.airlock_url}/oauth/callback"],
        "response_type": ["code"],
        "state": ["s1"],
    }


def test_a_code_becomes_a_name_through_the_loopback_port(instance):
    house_hub, asked = hub(instance)
    assert house_hub.person_of("c1") == "ana"
    token, user = asked
    assert (token.url.host, token.url.port) == ("127.0.0.1", instance.ports.hub)
    assert token.headers["host"] == f"{instance.hub_host}:{instance.ports.edge}"
    assert parse_qs(token.content.decode())["client_secret"] == ["the-secret"]
    assert user.headers["authorization"] == "token t1"


@pytest.mark.parametrize(
    "answers",
    [
        {"oauth2/token": httpx.Response(400, json={"error": "invalid_grant"})},
        {"oauth2/token": httpx.Response(200, json={})},
        {"user": httpx.Response(403, json={})},
        {"user": httpx.Response(200, text="<html>")},
        {"user": httpx.Response(200, json={"kind": "service"})},
        {"user": httpx.Response(200, json={"name": "../ana"})},
        {"user": httpx.Response(200, json=["ana"])},
    ],
)
def test_a_doubtful_answer_signs_nobody_in(instance, answers):
    with pytest.raises(SignInFailedError):
        hub(instance, answers=answers)[0].person_of("c1")


def test_a_missing_secret_is_a_broken_installation(house):
    with pytest.raises(BrokenError):
        Hub(house.airlock.instance).person_of("c1")


@pytest.mark.parametrize(
    ("then", "led_to"), [("/queue", "/queue"), ("//x", "/"), ("http://x", "/"), ("", "/")]
)
def test_after_signing_in_one_stays_on_this_site(then, led_to):
    assert safe_path(then) == led_to
