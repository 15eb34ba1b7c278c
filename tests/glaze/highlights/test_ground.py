"""Each rule of grounding: what it refuses, and beside it what it lets pass."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from glaze.highlights.compose import generate_bio
from glaze.highlights.ground import Violation, ground
from glaze.highlights.types import BioPayload, Claim, ProofPoint, Receipt, ReceiptKind
from tests.glaze.highlights.made import (
    FIRST,
    SAID,
    URL,
    broken,
    draft,
    free,
    link,
    quotable,
    receipts,
    replace_claims,
    snapshot,
)


def rules(found: list[Violation]) -> set[str]:
    return {violation.rule for violation in found}


WROTE = free("Ada wrote 25 messages.", "message_count")


def with_receipt(claim: Claim, **changes: object) -> Claim:
    first, *more = claim.receipts
    return Claim(claim.text, (msgspec.structs.replace(first, **changes), *more), claim.form)


def test_what_rests_on_its_receipts_passes() -> None:
    assert broken(WROTE) == set()
    assert broken(free(f"Ada pointed the group to {URL}.", "link")) == set()
    assert broken(free(f"Ada wrote: “{SAID}”", "quote")) == set()
    assert broken(free("Since 4 March 2025 Ada has been here, with 25 messages.", "first", "message_count")) == set()
    assert broken(free("Ada used the tag #summit 6 times.", "tag:summit")) == set()
    assert broken(free("Ada received 🎉 5 times.", "reaction:🎉")) == set()


def test_a_sentence_without_a_receipt_rests_on_nothing() -> None:
    assert broken(Claim("Ada is part of this group.", ())) == {"rests_on_receipts"}


def test_a_receipt_the_sentence_does_not_say_is_refused() -> None:
    """Else every receipt could be named for every sentence, and "its own" would mean nothing."""
    for unsaid in ("active_days", "first", "link", "quote", "tag:summit", "reaction:🎉"):
        claim = free("Ada wrote 25 messages.", "message_count", unsaid)
        assert broken(claim) == {"rests_on_receipts"}, unsaid


@pytest.mark.parametrize(
    "receipt",
    [
        Receipt(ReceiptKind.COUNT, "message_count", "26"),
        Receipt(ReceiptKind.COUNT, "messages", "25"),
        Receipt(ReceiptKind.DATE, "message_count", "25"),
        Receipt(ReceiptKind.COUNT, "message_count", "25", (1,)),
    ],
)
def test_a_receipt_that_does_not_exist_is_refused(receipt: Receipt) -> None:
    assert "receipts_exist" in broken(Claim("Ada wrote 25 messages.", (receipt,)))


@pytest.mark.parametrize("comments", [(), (12,), (11, 12), (11, 11)])
def test_a_link_or_quote_with_other_comments_is_refused(comments: tuple[int, ...]) -> None:
    shared = free(f"Ada pointed the group to {URL}.", "link")
    assert broken(with_receipt(shared, comment_ids=comments)) == {"receipts_exist"}
    said = free(f"Ada wrote: “{SAID}”", "quote")
    assert broken(with_receipt(said, comment_ids=comments)) == {"receipts_exist"}


def test_the_number_of_another_sentence_s_receipt_is_refused() -> None:
    days = free("Ada was here on 9 days.", "active_days")
    assert broken([WROTE, days]) == set()
    swapped = [free("Ada wrote 9 messages.", "message_count"), free("Ada was here on 25 days.", "active_days")]
    assert broken(swapped) == {"numbers_in_receipts", "rests_on_receipts"}


@pytest.mark.parametrize(
    "words",
    [
        SAID[:-1],
        SAID.upper(),
        SAID.replace("every", "each"),
        "worth every single step",
        "",
        f"{SAID} And more.",
    ],
)
def test_quoted_words_that_are_not_theirs_to_the_letter_are_refused(words: str) -> None:
    assert "quotes_verbatim" in broken(free(f"Ada wrote: “{words}”", "quote"))
    assert "quotes_verbatim" in broken(free(f"Ada wrote 25 messages, one of them “{words}”.", "message_count"))


@pytest.mark.parametrize("marks", ['"{}"', "„{}“", "«{}»", "‹{}›", "‘{}’", "'{}'", "“{}", "{}”", "„{}"])
def test_words_of_nobody_in_any_quotation_marks_are_refused(marks: str) -> None:
    said = marks.format("I am the best, don't you think")
    assert "quotes_verbatim" in broken(free(f"Ada wrote 25 messages like {said}.", "message_count"))


def test_an_apostrophe_is_no_quotation_mark() -> None:
    assert broken(free("The group's got 25 messages of Ada's; that's what others’ eyes saw.", "message_count")) == set()


@pytest.mark.parametrize(
    "written",
    [
        "https://example.org/trails",
        "https://example.org/trai",
        "https://example.com/trail",
        "http://example.org/trail",
        "https://example.org/trail/",
        "HTTPS://EXAMPLE.ORG/TRAIL",
        "https://example.org/trail.evil.example",
        "https://example.org/hut",
        "www.example.org",
        "example.org/trail",
        "mailto:ada@example.org",
        "https://example.org/trail and https://evil.example",
    ],
)
def test_a_link_that_is_not_the_receipt_s_is_refused(written: str) -> None:
    assert "links_in_receipts" in broken(free(f"Ada pointed the group to {written}.", "link"))


def test_a_link_may_stand_anywhere_in_the_sentence() -> None:
    for text in (
        f"{URL} came from Ada.",
        f"Ada had {URL}, to open.",
        f"Ada shared a link ({URL}).",
        f"See {URL}: Ada's!",
    ):
        assert broken(free(text, "link")) == set(), text


def test_a_name_may_hold_what_would_be_a_lie() -> None:
    """The words of a name are no claim: not its digits, not its signs, not its address."""
    for name in ("user 25", "4 March", "a.*b(c|d)[e]+", "example.org", "Dr. Best", "شهد", "Élise-Anne", "“Rocky”"):
        said = f"{name} wrote 25 messages."
        stand_in = free("{name} wrote 25 messages.", "message_count")
        assert broken(stand_in, name=name, stand_in="{name}") == set(), name
        form = Claim(f"{name} wrote here on 9 different days.", receipts("active_days"), "en.days.1")
        assert broken(form, name=name) == set(), name
        assert broken(Claim(said.replace("25", "24"), receipts("message_count")), name=name) != set(), name


@pytest.mark.parametrize("name", ["a.*b(c", "[x", "x+y", "\\d", "a|Bob"])
def test_a_name_is_no_pattern(name: str) -> None:
    assert broken(free(f"{name} wrote 25 messages.", "message_count"), name=name) == set()


def test_a_name_that_is_a_number_hides_no_number() -> None:
    for name in ("7", "25", "2025"):
        lie = free(f"{{name}} wrote {name} messages.", "active_days")
        assert "numbers_in_receipts" in broken(lie, name=name, stand_in="{name}")
        assert "numbers_in_receipts" in broken(free(f"{name} wrote {name} messages.", "active_days"), name=name)
        assert broken(free("{name} was here on 9 days.", "active_days"), name=name, stand_in="{name}") == set()


def test_a_name_inside_a_link_leaves_the_link_whole() -> None:
    of = snapshot(top_links=(link("https://github.com/ada/ada"), link("https://example.org/hut", 12)))
    said = "Ada had https://github.com/ada/ada to share."
    link_receipt = Receipt(ReceiptKind.LINK, "top_links", "https://github.com/ada/ada", (11,))
    assert broken(Claim(said, (link_receipt,)), of=of) == set()
    assert "links_in_receipts" in broken(Claim(said.replace("ada/ada", "ada/bea"), (link_receipt,)), of=of)


# --- sentences of a form, proof points and quotes ---


def offline() -> BioPayload:
    return generate_bio(snapshot(), name="Ada")


def test_a_sentence_of_a_form_may_not_differ_in_a_letter() -> None:
    payload = offline()
    assert ground(payload, snapshot(), "Ada") == []
    for number, claim in enumerate(payload.claims):
        for altered in (claim.text + " ", claim.text.replace("Ada", "Bea"), claim.text.swapcase(), ""):
            changed = replace_claims(payload, {number: msgspec.structs.replace(claim, text=altered)})
            assert rules(ground(changed, snapshot(), "Ada")) == {"worded_as_form"}


def test_a_form_takes_its_own_receipts_in_its_own_order() -> None:
    opening = offline().claims[0]
    for form, given in (
        ("en.opening.99", opening.receipts),
        ("en.days.1", opening.receipts),
        (opening.form, opening.receipts[:-1]),
        (opening.form, opening.receipts[::-1]),
        (opening.form, receipts("active_days", "first", "last")),
    ):
        assert rules(ground(draft(Claim(opening.text, given, form)), snapshot(), "Ada")) == {"worded_as_form"}


def test_a_form_of_several_is_refused_for_one() -> None:
    of = snapshot(active_days=1)
    one = Claim("Ada took part on 1 days.", receipts("active_days", of=of), "en.days.4")
    assert rules(ground(draft(one), of, "Ada")) == {"worded_as_form"}


@pytest.mark.parametrize(
    ("key", "text", "rule"),
    [
        ("message_count", "26 messages", "message_count"),
        ("message_count", "25 awards", "message_count"),
        ("message_count", "25 messages!", "message_count"),
        ("message_count", "25", "message_count"),
        ("message_count", "", "message_count"),
        ("active_days", "25 messages", "message_count"),
        ("link_1", "25 messages", "message_count"),
        ("active_months", "", "active_months"),
        ("link_1", "https://evil.example", "link"),
        ("top_links", f"{URL}#", "link"),
    ],
)
def test_a_proof_point_says_its_receipt_and_nothing_else(key: str, text: str, rule: str) -> None:
    point = ProofPoint(key, text, receipts(rule)[0])
    assert rules(ground(draft(WROTE, proof_points=(point,)), snapshot(), "Ada")) == {"proof_points_match"}


def test_the_proof_points_of_the_offline_writer_hold_and_need_their_receipts() -> None:
    payload = offline()
    assert {point.key for point in payload.proof_points} >= {"message_count", "videos", "link_1", "link_2"}
    for number, point in enumerate(payload.proof_points):
        points = list(payload.proof_points)
        points[number] = msgspec.structs.replace(point, receipt=msgspec.structs.replace(point.receipt, value="x"))
        found = ground(msgspec.structs.replace(payload, proof_points=tuple(points)), snapshot(), "Ada")
        assert rules(found) == {"receipts_exist", "proof_points_match"}


def test_a_quote_is_of_that_comment_at_that_time_to_the_letter() -> None:
    payload = offline()
    (quote,) = payload.quotes
    for changes in ({"text": SAID + "!"}, {"comment_id": 22}, {"sent_at": FIRST + timedelta(seconds=1)}):
        changed = msgspec.structs.replace(payload, quotes=(msgspec.structs.replace(quote, **changes),))
        assert rules(ground(changed, snapshot(), "Ada")) == {"quotes_verbatim"}


def test_a_quote_whose_words_are_gone_is_no_receipt() -> None:
    gone = snapshot(quotables=(replace(quotable(), text=""),))
    assert "receipts_exist" in broken(free(f"Ada wrote: “{SAID}”", "quote"), of=gone)
