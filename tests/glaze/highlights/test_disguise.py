"""Forbidden words are found in any dress; innocent words that only look like them are not."""

import pytest

from glaze.highlights.disguise import disguised_in
from glaze.highlights.limits import forbidden_in, limit_in


@pytest.mark.parametrize(
    "text",
    [
        "what a shit day",
        "What a SHIT day",
        "shits and giggles",
        "that shitty thing",
        "sh1t happens",
        "5hit happens",
        "$hit happens",
        "sh!t happens",
        "sh*t happens",
        "s**t happens",
        "f*cking good",
        "shiiiiit",
        "s h i t",
        "s.h.i.t.",
        "s-h-i-t",
        "oh f u c k you",
        "ѕhіt happens",
        "shít happens",
        "ｓｈｉｔ happens",
        "𝓼𝓱𝓲𝓽 happens",
        "asses",
        "A55 of the year",
        "they sucked",
        "Scheiße, sagt man",
        "well 🖕 to that",
        "well 🖕🏽 to that",
    ],
)
def test_a_forbidden_word_is_found_in_any_dress(text: str) -> None:
    assert forbidden_in(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe and Penistone, Sussex and Essex",
        "the class passed the assessment and will assist",
        "as is, a hassle, bass and brass, Cass, mass",
        "hello, shells and othello",
        "cockpit, peacock, cocktail, Hancock, Hitchcock",
        "Dickens wrote, Dickson read, Moby",
        "shiitake mushrooms",
        "analysis of the canal, therapist, grapes, scrap",
        "arsenal, parse, coarse, Arsène",
        "titbits and skills",
        "I use es6, i18n and h264 at 9am",
        "a b c d e and x y z",
        "c++ * d ** e",
        "don't, can't, won't",
        "über die Straße, Füße, schön",
        "да, это хорошо",
        "dumbbell, succumb, crumb, plumber",
        "sucker punch",
    ],
)
def test_innocent_words_are_left_alone(text: str) -> None:
    assert forbidden_in(text) is None


def test_a_word_is_named_as_it_stands_there() -> None:
    assert disguised_in("Oh sh1t!", ["shit"]) == "sh1t!"
    assert disguised_in("all is well", ["shit"]) is None


@pytest.mark.parametrize(
    "text",
    [
        *("fighting cancer", "a Depression", "pregnancy", "gay", "at church", "voting Trump", "a refugee", "in prison"),
        *("my debts", "the divorce", "when she died", "my daughter's", "the kids", "Krebs", "schwanger", "Beerdigung"),
    ],
)
def test_what_no_bio_touches_is_found(text: str) -> None:
    assert limit_in(text) is not None


@pytest.mark.parametrize(
    "text", ["courtesy", "kidding", "deadline", "sonnet", "visage", "electronic", "a gadget", "scholar"]
)
def test_what_only_begins_so_is_left_alone(text: str) -> None:
    assert limit_in(text) is None
