"""Every sentence the offline writer can make, read with one, with two and with many."""

import re
from collections.abc import Iterator

import pytest

from glaze.highlights import voice
from glaze.highlights.figures import Figures
from glaze.highlights.ground import own_words
from glaze.highlights.guard import judge
from glaze.highlights.types import BioPayload, Claim, Receipt, ReceiptKind
from glaze.highlights.voice import FORMS
from glaze.highlights.wording import Form, fill
from tests.glaze.highlights.made import FIRST, LAST, SAID, URL, snapshot

DATES = {"first_seen_at": FIRST.date().isoformat(), "last_seen_at": LAST.date().isoformat()}
WORDS = {"top_links": URL, "quotables": SAID}
OF_THEIR_KIND = {"tag": "tag:summit", "reaction": "reaction:🎉"}


def bound(form: Form, count: str, several: str | None = None) -> dict[str, Receipt]:
    """Receipts for every place: all counts are `count`, but those that need several are `several`, if it is given."""

    def receipt(place: str, rule: str) -> Receipt:
        if rule in DATES:
            return Receipt(ReceiptKind.DATE, rule, DATES[rule])
        if rule in WORDS:
            return Receipt(ReceiptKind.LINK if rule == "top_links" else ReceiptKind.QUOTE, rule, WORDS[rule], (1,))
        value = several if several and place in form.several else count
        return Receipt(ReceiptKind.COUNT, OF_THEIR_KIND.get(rule, rule), value)

    return {place: receipt(place, rule) for place, rule in form.places.items()}


def sentences() -> Iterator[tuple[Form, str, str, dict[str, Receipt]]]:
    """(form, count, sentence, its receipts) of every form with 1, 2 and 25, where one may stand for two at least."""
    for form in FORMS.values():
        for count in ("1", "2", "25"):
            places = bound(form, count, several="2" if count == "1" else None)
            yield form, count, fill(form, places, "Ada"), places


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_every_form_speaks_of_several_and_says_so_if_it_cannot_speak_of_one(form: Form) -> None:
    assert form.takes(bound(form, "2"))
    assert form.takes(bound(form, "1")) is not bool(form.several)
    assert form.several <= form.places.keys()


def test_one_is_never_many_and_many_never_one() -> None:
    nouns = "message|day|month|link|reaction|time|reply|mention|picture|video|recording"
    plurals = "messages|days|months|links|reactions|times|replies|mentions|pictures|videos|recordings"
    one_of_many = re.compile(rf"\b1 (?:\S+ )?(?:{plurals})\b|\b1 (?:of them|\w+) (?:are|were|have|point)\b")
    # "The latest of 25 messages is" speaks of the latest.
    many_of_one = re.compile(rf"\b(?:2|25) (?:\S+ )?(?:{nouns})\b|(?<!of )\b(?:2|25) (?:of them|\w+) (?:is|was|has)\b")
    for form, _, said, _ in sentences():
        for wrong in (one_of_many, many_of_one):
            assert not wrong.search(said), (form.key, said)


def test_with_one_only_one_other_is_spoken_of() -> None:
    said = [sentence for form, count, sentence, _ in sentences() if count == "1" and not form.several]
    # The group is told of as the others; but who quoted, mentioned or answered once was one person.
    assert [
        sentence for sentence in said if re.search(r"\b[Oo]thers (?:quoted|answered|mentioned|came)", sentence)
    ] == []
    assert [sentence for sentence in said if re.search(r"by others|from others", sentence)] == []


def test_every_sentence_begins_with_a_capital_or_what_is_theirs_and_ends_like_one() -> None:
    for form, _, said, _ in sentences():
        assert re.match(r"[A-Z0-9“#h]", said), said
        assert said.endswith((".", "”")), said
        assert "  " not in said
        assert "{" not in said
        assert form.key.startswith("en.")


def test_every_sentence_says_each_of_its_receipts_and_no_other_figure() -> None:
    for _, _, said, places in sentences():
        own = own_words(Claim(said, tuple(places.values())), "Ada")
        figures = Figures(own, places.values())
        assert figures.wrong_numbers == figures.wrong_dates == [], said
        assert not any(figures.leave_unsaid(receipt) for receipt in places.values()), said


def test_every_sentence_would_pass_the_guard_from_a_free_hand() -> None:
    """No form leans on being a form: no deed, no back-handed turn, no pronoun, no ornament."""
    of = snapshot()
    for form, _, said, places in sentences():
        verdict = judge(BioPayload("en", ((Claim(said, tuple(places.values())),),)), of, name="Ada")
        # The counts here are made up, so that these receipts are not the snapshot's.
        assert {fault.rule for fault in verdict.violations} <= {"receipts_exist"}, (form.key, said, verdict)


def test_nobody_is_called_this_member_with_a_capital_amid_a_sentence() -> None:
    for form in FORMS.values():
        said = fill(form, bound(form, "2"), "")
        assert "This member" not in said[1:], said
        assert "this member" in said.casefold(), said


def test_quotes_come_in_two_halves_so_that_two_in_a_row_never_begin_alike() -> None:
    assert len(voice.QUOTES) % 2 == 0


def test_a_changed_word_is_another_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    before = voice.voice_version()
    form = voice.DAYS[0]
    monkeypatch.setitem(FORMS, form.key, Form(form.key, form.text + "!", form.places, form.several))
    assert voice.voice_version() != before
