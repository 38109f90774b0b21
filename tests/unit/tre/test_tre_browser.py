from tre.tour.browser import read_forms

PAGE = """
<form action="/login" method="post">
  <input type="hidden" name="_xsrf" value="abc">
  <input name="username"><input type="password" name="password">
  <input type="checkbox" name="remember">
  <input type="radio" name="profile" value="small" checked><input type="radio" name="profile" value="big">
  <textarea name="context">Why &amp; how</textarea>
  <button name="vote" value="approve">Yes</button><button name="vote" value="reject">No</button>
</form>
<form action="/other"></form>
"""


def test_a_form_sends_what_a_browser_would_send_untouched() -> None:
    login, other = read_forms(PAGE)
    assert login.action == "/login"
    assert login.method == "post"
    assert login.fields == {
        "_xsrf": "abc",
        "username": "",
        "password": "",
        "profile": "small",
        "context": "Why & how",
    }
    assert login.buttons == {"vote": ["approve", "reject"]}
    assert other.fields == {}
