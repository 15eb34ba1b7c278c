"""The strict reader of scripts: what it understands, and that it names the line of whatever it does not."""

from datetime import UTC, datetime

import pytest

from cli.demo.script.read import read_script
from cli.demo.script.reading import ScriptError
from cli.demo.script.records import Absent, Deed, Form, Message, Notice, Raw

HEADER = """\
person Ada | Ada Quillon
  self
person Ben | Ben Marrow
  nickname Benny
person Cy | Cy Oakes
group room | A room
  members Ada Ben
  admins Ada
direct two | Ben
== 2025-03-04 Tue
"""
HEADER_LINES = HEADER.count("\n")


def messages(body: str) -> list[Message]:
    return [one for one in read_script(HEADER + body).happenings if isinstance(one, Message)]


def test_a_message_has_its_words_lines_and_time() -> None:
    (message,) = messages("18:32:11.250 Ben | first | with a bar\n  | second\n  |\n  | fourth\n")
    assert message.words == "first | with a bar\nsecond\n\nfourth"
    assert datetime.fromtimestamp(message.sent_at_ms / 1000, UTC).isoformat() == "2025-03-04T18:32:11.250000+00:00"
    assert message.audience == ("Ada", "Ben")


def test_a_time_without_milliseconds_draws_the_same_ones_every_time() -> None:
    (first,), (second,) = messages("18:32:11 Ben | x\n"), messages("18:32:11 Ben | quite different words\n")
    assert first.sent_at_ms == second.sent_at_ms
    assert first.sent_at_ms % 1000 != 0


def test_a_reply_quotes_the_words_as_they_stood_when_it_was_written() -> None:
    before, _, after = messages(
        "10:00:00 Ben | teh\n  edit 10:05:00 | the\n  name typo\n"
        "10:01:00 Ada | before\n  re typo\n10:09:00 Ada | after\n  re typo\n"
    )[0:3]
    assert isinstance(after.reply_to, Message)
    assert after.reply_to is before
    assert before.words_at(before.sent_at_ms + 60_000) == "teh"
    assert before.words_at(before.sent_at_ms + 600_000) == "the"


def test_something_absent_can_be_quoted() -> None:
    (message,) = messages("10:00:00 Ben | still true\n  re absent Cy 2025-02-01 09:00:00.000 | what Cy said\n")
    assert message.reply_to == Absent("Cy", 1_738_400_400_000, "what Cy said")


def test_notices_change_who_is_there() -> None:
    script = read_script(HEADER + "10:00:00 * Ada added Cy\n10:01:00 Cy | hello\n10:02:00 * Ben left\n")
    added, said, left = script.happenings
    assert isinstance(added, Notice)
    assert (added.deed, added.what) == (Deed.ADDED, "Cy")
    assert isinstance(said, Message)
    assert said.audience == ("Ada", "Ben", "Cy")
    assert isinstance(left, Notice)
    assert script.chats["room"].members == {"Ada": 0, "Cy": 1}
    assert script.chats["room"].version == 2


def test_a_message_of_another_chat_a_poll_and_a_raw_frame_are_read() -> None:
    script = read_script(
        HEADER
        + "10:00:00 Ben in two | hush\n10:01:00 Ada |\n  poll Tea?\n  option Yes: Ada, Ben\n  option No: Ada\n!{}\n"
    )
    hush, poll, raw = script.happenings
    assert isinstance(hush, Message)
    assert hush.chat.partner == "Ben"
    assert isinstance(poll, Message)
    assert (poll.form, poll.words, poll.options) == (Form.POLL, "Tea?", [("Yes", ["Ada", "Ben"]), ("No", ["Ada"])])
    assert raw == Raw({})


def test_a_message_that_arrived_late_stands_where_it_arrived() -> None:
    _, late = messages("10:30:00 Ada | on time\n10:00:00 Ben | late\n  arrived 11:00:00\n")
    assert late.sent_at_ms < late.received_at_ms


@pytest.mark.parametrize(
    ("body", "line", "sentence"),
    [
        ("10:00:00 Dora | hi\n", 1, "nobody is called 'Dora'"),
        ("10:00:00 Cy | hi\n", 1, "not in the chat"),
        ("10:00:00 Ben in attic | hi\n", 1, "no chat is called 'attic'"),
        ("10:00:00 Ben: hi\n", 1, "no person, chat, day, message, notice or frame"),
        ("25:00:00 Ben | hi\n", 1, "is no time"),
        ("10:00:00 Ben | hi\n  shout loudly\n", 2, "'shout' means nothing here"),
        ("  + ❤️ Ben\n", 1, "means nothing here"),
        ("10:00:00 Ben | hi\n  re nowhere\n", 2, "called 'nowhere'"),
        ("10:00:00 Ben | a\n  name x\n10:01:00 Ada in two | b\n  re x\n", 4, "in this chat"),
        ("10:00:00 Ben | a\n  name x\n10:01:00 Ada | b\n  name x\n", 4, "called 'x' already"),
        ("10:00:00 Ben | a\n  name x\n  deleted\n10:01:00 Ada | b\n  re x\n", 5, "cannot be quoted"),
        ("10:00:00 Ben | hi\n  + ❤️ Cy\n", 2, "Cy is not in the chat"),
        ("10:00:00 Ben | hi\n  + ❤️ Ada, 👍 Ada\n", 2, "reacted to this already"),
        ("10:00:00 Ben | hi\n  + ❤️\n", 2, "EMOJI PERSON"),
        ("10:00:00 Ben | hi\n  edit 09:59:00 | hi!\n", 2, "an edit comes after"),
        ("10:00:00 Ben | hi\n  photo a.jpg huge\n", 2, "WIDTHxHEIGHT"),
        ("10:00:00 Ben |\n  voice long\n", 2, "voice SECONDS"),
        ("10:00:00 Ben | hi\n  card https://example.org/x | t | d\n", 2, "a link of the message"),
        ("10:00:00 Ben | hi\n  arrived 09:00:00\n", 2, "before it was sent"),
        ("10:00:00 Ada | hi\n  deleted by Ben\n", 2, "no admin"),
        ("10:00:00 Ben |\n10:01:00 Ada | hi\n", 1, "says nothing"),
        ("10:00:00 Ben | hi @Dora\n", 1, "nobody is called 'Dora'"),
        ("10:00:00 Ben | hi\n  bold bye\n\n# a remark\n10:01:00 Ada | hi\n", 2, "to be styled"),
        ("10:00:00 Ben | hi\n  deleted\n  + ❤️ Ada\n", 3, "neither reactions nor edits"),
        ("10:00:00 Ben |\n  poll Tea?\n  option Yes: Ada\n", 3, "two options"),
        ("10:00:00.000 Ben | hi\n10:00:00.000 Ben | hi\n", 2, "this very millisecond"),
        ("10:00:00 Ben | hi\n09:00:00 Ben | hi\n", 2, "the order in which they were received"),
        ("10:00:00 Ben | hi\n09:00:00 * Ben left\n", 2, "the order in which they were received"),
        ("10:00:00 * Ben left early\n", 1, "not followed by what it needs"),
        ("10:00:00 * Ben vanished\n", 1, "no person, chat, day"),
        ("!{not json\n", 1, "must be JSON"),
        ("== 2025-03-05 Tue\n", 1, "with its weekday"),
        ("== 2025-02-30 Sun\n", 1, "with its weekday"),
        ("== 2025-03-03 Mon\n", 1, "days go forward"),
        ("person Ada | Ada Again\n", 1, "introduced already"),
        ("person Eve | Eve Other\n  self\n", 2, "one owner"),
        ("group attic | Attic\n  members Ada\n  admins Ben\n", 3, "not in the chat"),
    ],
)
def test_what_breaks_the_form_is_told_with_its_line(body: str, line: int, sentence: str) -> None:
    with pytest.raises(ScriptError) as told:
        read_script(HEADER + body)
    assert str(told.value).startswith(f"line {HEADER_LINES + line}: ")
    assert sentence in str(told.value)


def test_a_time_needs_a_day_above_it() -> None:
    with pytest.raises(ScriptError, match="line 10: a day must stand above"):
        read_script(HEADER.replace("== 2025-03-04 Tue\n", "10:00:00 Ada | hi\n"))


def test_a_script_needs_an_owner() -> None:
    with pytest.raises(ScriptError, match="nobody is marked 'self'"):
        read_script("person Ada | Ada Quillon\n")
