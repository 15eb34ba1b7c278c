"""The offline writer's sentence forms: what may be said of each kind of evidence, and in how many ways.

Each says only what its receipts prove. Which one is taken is decided by a hash of the person and the group, so
that two people rarely read alike and one new comment rewords nothing (R19).
"""

from collections.abc import Sequence

from glaze.highlights.wording import Form

_OPENING = {"messages": "message_count", "first": "first_seen_at", "last": "last_seen_at"}
_SINGLE_DAY = {"messages": "message_count", "first": "first_seen_at"}
_PRESENCE = {"days": "active_days", "months": "active_months"}
_DAYS = {"days": "active_days"}
_LINKS = {"links": "link_count", "link": "top_links"}
_LINK = {"link": "top_links"}
_TAG = {"tag": "tag"}
_EMOJI = {"reactions": "reactions_received", "emoji": "reaction"}
_REACTIONS = {"reactions": "reactions_received"}
_REPLIES = {"replies": "quotes_received"}
_MENTIONS = {"mentions": "mentions_received"}
_GREETS = {"mentions": "mentions_made"}
_GIVES = {"reactions": "reactions_given"}
_PICTURES = {"pictures": "pictures"}
_RECORDINGS = {"recordings": "recordings"}
_QUOTE = {"quote": "quotables"}


def _forms(key: str, places: dict[str, str], texts: Sequence[str]) -> tuple[Form, ...]:
    return tuple(Form(f"en.{key}.{number}", text, places) for number, text in enumerate(texts, 1))


OPENING = _forms(
    "opening",
    _OPENING,
    (
        "Between {first} and {last}, {name} gave this group {messages} messages.",
        "{name} wrote {messages} messages here, the first on {first} and the latest on {last}.",
        "From {first} to {last}, {messages} messages in this group came from {name}.",
        "The group has {messages} messages from {name}, written between {first} and {last}.",
        "{name} first wrote here on {first}, and by {last} had added {messages} messages to the conversation.",
        "On {first} {name} joined the conversation; the latest of {messages} messages is from {last}.",
        "{messages} messages between {first} and {last}: that is what {name} has shared with this group.",
        "Since a first message on {first}, {name} has written {messages} here, the latest on {last}.",
        "{name} has been part of the talk here from {first} to {last}, with {messages} messages.",
    ),
)

ONE_MESSAGE = _forms(
    "one_message",
    _SINGLE_DAY,
    (
        "{name} wrote {messages} message here, on {first}.",
        "On {first}, {name} shared {messages} message with this group.",
        "This group has {messages} message from {name}, written on {first}.",
        "{messages} message from {name} reached this group on {first}.",
    ),
)

ONE_DAY = _forms(
    "one_day",
    _SINGLE_DAY,
    (
        "{name} wrote {messages} messages here, all on {first}.",
        "On {first}, {name} joined the conversation with {messages} messages.",
        "The group had {messages} messages from {name} on {first}.",
        "{messages} messages on a single day, {first}: that is what {name} brought here.",
    ),
)

PRESENCE = _forms(
    "presence",
    _PRESENCE,
    (
        "{name} was here on {days} different days, across {months} months.",
        "That took {name} back to the conversation on {days} days in {months} different months.",
        "On {days} days, spread over {months} months, the group heard from {name}.",
        "Across {months} months, {name} showed up on {days} days.",
        "{days} different days in {months} months have words from {name}.",
        "In {months} different months, {name} took part on {days} days altogether.",
        "The conversation had {name} in it on {days} days, over {months} calendar months.",
        "{name} kept coming back: {days} days, {months} months.",
    ),
)

DAYS = _forms(
    "days",
    _DAYS,
    (
        "{name} was here on {days} different days.",
        "On {days} days the group heard from {name}.",
        "{days} different days have words from {name}.",
        "{name} took part on {days} days.",
        "That makes {days} days with {name} in the conversation.",
        "{name} came back on {days} days in all.",
    ),
)

LINKS = _forms(
    "links",
    _LINKS,
    (
        "{name} brought {links} links along, among them {link}.",
        "{links} links came from {name}; one of them is {link}.",
        "Anyone looking for reading finds {links} links by {name}, such as {link}.",
        "{name} passed on {links} links, {link} being one.",
        "Among {links} links that {name} shared with everyone is {link}.",
        "The group owes {links} links to {name}, {link} among them.",
        "{link} is one of {links} links that {name} put before the group.",
        "With {links} links, {link} for one, {name} pointed the group to things worth a look.",
        "{name} left {links} links for the others to follow, for example {link}.",
    ),
)

# For links too long to be read in a sentence.
LINK_COUNT = _forms(
    "link_count",
    {"links": "link_count"},
    (
        "{name} shared {links} {links:link/links} with the group.",
        "{links} {links:link/links} in this group came from {name}.",
        "{name} passed on {links} {links:link/links} to the others.",
        "The others can follow {links} {links:link/links} by {name}.",
        "There {links:is/are} {links} {links:link/links} here that {name} brought along.",
        "{name} left {links} {links:link/links} for the others to follow.",
        "What {name} wrote comes with {links} {links:link/links}.",
        "The group has {links} {links:link/links} from {name}.",
    ),
)

ONE_LINK = _forms(
    "one_link",
    _LINK,
    (
        "{name} pointed the group to {link}.",
        "{name} shared a link with everyone: {link}.",
        "The group has {link} from {name}.",
        "It was {name} who brought {link} along.",
        "{name} passed {link} on to the others.",
        "Thanks to {name}, {link} is here for the others to open.",
        "{name} left {link} for the others to follow.",
        "One thing {name} put before the group is {link}.",
    ),
)

TAGS = _forms(
    "tags",
    _TAG,
    (
        "{name} used the tag #{tag.what} {tag} {tag:time/times}.",
        "The tag #{tag.what} stands in what {name} wrote {tag} {tag:time/times}.",
        "#{tag.what} is a tag of choice: {name} wrote it {tag} {tag:time/times}.",
        "Look for #{tag.what}, and {name} turns up {tag} {tag:time/times}.",
        "{tag} {tag:time/times}, {name} marked something as #{tag.what}.",
        "{name} gathered thoughts under #{tag.what} {tag} {tag:time/times}.",
    ),
)

EMOJI = _forms(
    "emoji",
    _EMOJI,
    (
        (
            "What {name} wrote drew {reactions} {reactions:reaction/reactions} from others, {emoji.what} {emoji} "
            "{emoji:time/times}."
        ),
        "Others answered {name} with {reactions} {reactions:reaction/reactions}, {emoji} of them {emoji.what}.",
        (
            "The others left {reactions} {reactions:reaction/reactions} on messages by {name}; {emoji} {emoji:is/are} "
            "{emoji.what}."
        ),
        (
            "{emoji.what} was given to {name} {emoji} {emoji:time/times}, among {reactions} "
            "{reactions:reaction/reactions} in all."
        ),
        (
            "{name} has {reactions} {reactions:reaction/reactions} from others to look back on, {emoji} of them "
            "{emoji.what}."
        ),
        (
            "{name} received {reactions} {reactions:reaction/reactions} from others here, and {emoji.what} makes up "
            "{emoji}."
        ),
        (
            "Messages by {name} were met with {reactions} {reactions:reaction/reactions}, {emoji.what} {emoji} "
            "{emoji:time/times} over."
        ),
        (
            "{reactions} {reactions:reaction/reactions} from others went to {name}, {emoji.what} {emoji} "
            "{emoji:time/times} among them."
        ),
    ),
)

REPLIES = _forms(
    "replies",
    _REPLIES,
    (
        "Others quoted {name} {replies} {replies:time/times} in order to reply.",
        "{replies} {replies:reply/replies} by others quote something {name} wrote.",
        "{replies} {replies:time/times}, somebody else picked up words of {name} and answered them.",
        "What {name} wrote was quoted in {replies} {replies:reply/replies} by others.",
        "Words of {name} were taken up by others in {replies} {replies:reply/replies}.",
        "Others came back to messages of {name} in {replies} {replies:reply/replies}.",
    ),
)

MENTIONS = _forms(
    "mentions",
    _MENTIONS,
    (
        "Others turned to {name} by name {mentions} {mentions:time/times}.",
        "{name} was mentioned by others {mentions} {mentions:time/times}.",
        "{mentions} {mentions:time/times}, somebody else in the group called on {name}.",
        "The others mentioned {name} {mentions} {mentions:time/times} in what they wrote.",
        "{mentions} {mentions:mention/mentions} by others {mentions:leads/lead} to {name}.",
        "When others wanted {name}, they said so: {mentions} {mentions:mention/mentions}.",
    ),
)

GREETS = _forms(
    "greets",
    _GREETS,
    (
        "{name} addressed others by name {mentions} {mentions:time/times}.",
        "{mentions} {mentions:time/times}, {name} mentioned somebody by name.",
        "{name} wrote {mentions} {mentions:mention/mentions} of people here.",
        "Talking to people means naming them, and {name} did so {mentions} {mentions:time/times}.",
        "People here were called by name {mentions} {mentions:time/times} by {name}.",
        "{name} turned to people in the group {mentions} {mentions:time/times}.",
    ),
)

GIVES = _forms(
    "gives",
    _GIVES,
    (
        "{name} gave {reactions} {reactions:reaction/reactions} to messages here.",
        "{reactions} {reactions:reaction/reactions} in this group came from {name}.",
        "{name} responded to messages with {reactions} {reactions:reaction/reactions}.",
        "Messages here carry {reactions} {reactions:reaction/reactions} by {name}.",
        "{name} left {reactions} {reactions:reaction/reactions} for what was written here.",
    ),
)

PICTURES = _forms(
    "pictures",
    _PICTURES,
    (
        "{name} shared {pictures} {pictures:picture/pictures} with the group.",
        "{pictures} {pictures:picture/pictures} here came from {name}.",
        "There {pictures:is/are} {pictures} {pictures:picture/pictures} by {name} to look at.",
        "{name} let the group see {pictures} {pictures:picture/pictures}.",
        "The group saw {pictures} {pictures:picture/pictures} from {name}.",
    ),
)

RECORDINGS = _forms(
    "recordings",
    _RECORDINGS,
    (
        "{name} recorded {recordings} {recordings:message/messages} by voice or sound.",
        "{recordings} audio {recordings:recording/recordings} came from {name}.",
        "{name} can be heard here, too: {recordings} audio {recordings:recording/recordings}.",
    ),
)

QUOTES = _forms(
    "quotes",
    _QUOTE,
    (
        "In the words of {name}: “{quote}”",
        "{name} put it like this: “{quote}”",
        "“{quote}”, wrote {name}, and others responded.",
        "Others responded when {name} wrote: “{quote}”",
        "One message by {name} that others responded to reads: “{quote}”",
        "“{quote}” is how {name} said it, and it did not go unnoticed.",
        "Here is {name} in a message that others took up: “{quote}”",
        "There was an echo when {name} wrote: “{quote}”",
    ),
)

FORMS = {
    form.key: form
    for forms in (
        *(OPENING, ONE_MESSAGE, ONE_DAY, PRESENCE, DAYS, LINKS, LINK_COUNT, ONE_LINK, TAGS, EMOJI, REPLIES),
        *(MENTIONS, GREETS, GIVES, PICTURES, RECORDINGS, QUOTES),
    )
    for form in forms
}
"""Every form by its key."""
