"""Both languages say everything, and the frame says who, where and in which language."""

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from look.places import STATIC, TEMPLATES
from look.words import LANGUAGES, SHARED, Word, language_of, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language(language):
    spoken = words(language)
    assert spoken.keys() == SHARED.keys()
    assert all(text.strip() for text in spoken.values())


def test_a_key_in_two_lists_is_refused():
    with pytest.raises(ValueError, match="product"):
        words("es", {"product": Word("a", "b")})


@pytest.mark.parametrize(
    ("header", "language"),
    [("en-GB,es;q=0.5", "en"), ("fr,es-ES", "es"), ("fr", "es"), (None, "es"), ("<x>", "es")],
)
def test_language_follows_the_browser_and_falls_back_to_spanish(header, language):
    assert language_of(header) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_frame_has_landmarks_and_escapes_what_it_shows(language):
    page = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    html = page.get_template("frame.html").render(
        w=words(language), language=language, room="airlock", home="/", static="/static", person="<b>ana</b>",
        links=[("A", "/a", True)], crumbs=[("B", None)],
        switch={"es": "?l=es", "en": "?l=en"}, sign_out="/out", csrf="t",
    )  # fmt: skip
    assert f'<html lang="{language}">' in html
    assert '<main id="main"' in html and 'href="#main"' in html
    assert 'aria-current="page"' in html
    assert "<b>ana" not in html and "&lt;b&gt;ana" in html
    assert "style=" not in html and "<script" not in html


def test_static_files_that_the_frame_names_exist():
    assert (STATIC / "tre.css").is_file()
    assert (STATIC / "mark.svg").is_file()
