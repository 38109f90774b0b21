"""A notebook job, from the porter to an answer over the hub's loopback port."""

import urllib.error
import urllib.request


def get(url: str, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_server_in_the_sandbox_answers_through_the_relay(house):
    job = house.start()
    status, body = get(f"{job.url}/user/ana/p1/api")
    assert status == 200, body
    assert b"version" in body
