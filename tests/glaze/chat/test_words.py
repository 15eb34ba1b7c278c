"""Links, tags, domains and squashed names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.chat.words import domain_of, find_links, links_in, squash, tags_in


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("see https://example.org/a?b=1#c.", ("https://example.org/a?b=1#c",)),
        ("(https://example.org/wiki/Lathe_(tool))", ("https://example.org/wiki/Lathe_(tool)",)),
        ("(http://example.org)", ("http://example.org",)),
        ("[docs](https://example.org/x)", ("https://example.org/x",)),
        ("**https://example.org/x**, you know", ("https://example.org/x",)),
        ("https://example.org/x)**), then", ("https://example.org/x)**",)),
        ("get('https://example.org/x'), then", ("https://example.org/x",)),
        ("(is it https://example.org/x?!)", ("https://example.org/x",)),
        ("((https://example.org/x.).)", ("https://example.org/x",)),
        ("twice http://example.org/ and http://example.org/", ("http://example.org/",) * 2),
        ("`http://localhost:8080/x`", ("http://localhost:8080/x",)),
        ("شرح https://example.net/ar/belts شكراً", ("https://example.net/ar/belts",)),
        ("https://münchen.example/ß", ("https://münchen.example/ß",)),
        ("www.example.org and example.org", ()),
        ("nothing", ()),
        ("", ()),
    ],
)
def test_a_link_ends_before_the_sentence_around_it(body: str, links: tuple[str, ...]) -> None:
    assert links_in(body) == links


@pytest.mark.parametrize(
    "body",
    [
        "https://somebody:secret@example.org/x",
        "https://somebody@example.org",
        "http:///etc/passwd",
        "https://)?(www.)?((example.org",
        "https://example.org$",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "HTTPS://example.org",
        "https://example.org/\u202egpj.exe",
    ],
)
def test_a_link_that_is_not_plain_http_to_a_host_is_counted_and_left_out(body: str) -> None:
    assert find_links(f"look {body} here") == ((), 1)


def test_safe_links_stay_beside_unsafe_ones_and_a_bare_scheme_is_nothing() -> None:
    assert find_links("https://a.example http://b@c.example https:// ftp://d.example") == (("https://a.example",), 2)


def test_a_link_of_a_hundred_thousand_brackets_is_read_at_once() -> None:
    assert links_in("https://example.org/" + ")" * 100_000) == ("https://example.org/",)


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ("#Repair and #tools, #tools", ("repair", "tools", "tools")),
        ("(#a1) #_x #1st #x", ("a1",)),
        ("https://example.org/#chapter #real", ("real",)),
        ("&#x27; a/#b ##c word#d", ()),
        ("#ÜBER #תג #日本", ("über", "תג", "日本")),
        ("#" + "a" * 60, ("a" * 50,)),
        ("C# and #", ()),
    ],
)
def test_a_tag_is_a_letter_and_word_characters_outside_links(body: str, tags: tuple[str, ...]) -> None:
    assert tags_in(body) == tags


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Example.org/x", "example.org"),
        ("http://localhost:8080", "localhost"),
        ("https://example.org.?q", "example.org"),
        ("https://www.münchen.example#x", "münchen.example"),
        ("ftp://example.org", ""),
        ("https://a@b.example", ""),
    ],
)
def test_a_domain_is_the_host_in_lower_case_without_www(url: str, domain: str) -> None:
    assert domain_of(url) == domain


@pytest.mark.parametrize(
    ("name", "squashed"),
    [
        ("Ines Calloway", "InesCalloway"),
        ("Thursday Builders 🛠️", "ThursdayBuildershammerandwrench"),
        ("זוהר פרץ", "זוהרפרץ"),
        ("O'Neil-Ruiz 2", "ONeilRuiz2"),
        ("👩🏽\u200d🔧", "womanmechanicmediumskintone"),
        ("❤️ and ❤", "redheartandredheart"),
        ("...", ""),
        ("", ""),
    ],
)
def test_names_are_squashed_as_sigexport_does(name: str, squashed: str) -> None:
    assert squash(name) == squashed


@given(st.text())
def test_squashing_twice_is_squashing_once(name: str) -> None:
    assert squash(squash(name)) == squash(name)


@given(st.lists(st.sampled_from(["https://", "http://", "a.example", "/", "(", ")", "@", "#x1", " ", ".", "é", "*"])))
def test_links_are_pieces_of_the_body_with_a_domain(pieces: list[str]) -> None:
    body = "".join(pieces)
    for link in links_in(body):
        assert link in body
        assert domain_of(link)
