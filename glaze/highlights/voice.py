"""The offline writer's sentence forms: what may be said of each kind of evidence, and in how many ways.

Each says only what its receipts prove, and fits one as well as many unless `several` says that it needs more. Which
is taken is decided by a hash of the person and the group, so that two people rarely read alike and one new comment
rewords nothing (R19).
"""

from collections.abc import Collection, Sequence

from glaze.fingerprint import digest
from glaze.highlights.wording import Form


def _forms(key: str, places: dict[str, str], texts: Sequence[str], several: Collection[str] = ()) -> tuple[Form, ...]:
    return tuple(Form(f"en.{key}.{number}", text, places, frozenset(several)) for number, text in enumerate(texts, 1))


OPENING = _forms(
    "opening",
    {"messages": "message_count", "first": "first_seen_at", "last": "last_seen_at"},
    (
        "Between {first} and {last}, {name} wrote {messages} messages in this group.",
        "{name} wrote {messages} messages here, the first on {first} and the latest on {last}.",
        "From {first} to {last}, {messages} messages in this group came from {name}.",
        "The group has {messages} messages from {name}, written between {first} and {last}.",
        "{name} first wrote here on {first}, and by {last} had shared {messages} messages with the group.",
        "On {first} {name} joined the conversation; the latest of {messages} messages is from {last}.",
        "{messages} messages by {name} are part of this conversation, from {first} to {last}.",
        "Starting on {first}, {name} has written {messages} messages here, the latest on {last}.",
        "{name} took part in the talk here from {first} to {last}, with {messages} messages in all.",
    ),
    several=["messages"],
)

ONE_DAY = _forms(
    "one_day",
    {"messages": "message_count", "first": "first_seen_at"},
    (
        "{name} wrote {messages} {messages:message/messages} here on {first}.",
        "On {first}, {name} shared {messages} {messages:message/messages} with this group.",
        "This group has {messages} {messages:message/messages} from {name}, written on {first}.",
        "{messages} {messages:message/messages} from {name} reached this group on {first}.",
        "On {first}, {name} joined the conversation with {messages} {messages:message/messages}.",
        "{name} brought {messages} {messages:message/messages} to the conversation on {first}.",
    ),
)

PRESENCE = _forms(
    "presence",
    {"days": "active_days", "months": "active_months"},
    (
        "{name} wrote here on {days} different days, in {months} different months.",
        "On {days} days, spread over {months} months, the group heard from {name}.",
        "In {months} calendar months, {name} took part on {days} days.",
        "{days} different days in {months} months have words from {name}.",
        "{name} took part on {days} days altogether, in {months} calendar months.",
        "The conversation had {name} in it on {days} days, over {months} calendar months.",
        "{name} showed up on {days} days, in {months} different months.",
        "There are words from {name} on {days} days, in {months} months of this conversation.",
    ),
    several=["days", "months"],
)

DAYS = _forms(
    "days",
    {"days": "active_days"},
    (
        "{name} wrote here on {days} different days.",
        "On {days} days the group heard from {name}.",
        "{days} different days have words from {name}.",
        "{name} took part on {days} days.",
        "The conversation had {name} in it on {days} days.",
        "{name} showed up on {days} different days.",
    ),
    several=["days"],
)

LINKS = _forms(
    "links",
    {"links": "link_count", "link": "top_links"},
    (
        "{name} brought {links} links along, among them {link}.",
        "{links} links came from {name}; one of them is {link}.",
        "Anyone in search of something to open finds {links} links by {name}, such as {link}.",
        "{name} passed on {links} links, {link} being one.",
        "Among {links} links that {name} shared with the group is {link}.",
        "The group has {links} links from {name}, {link} among them.",
        "{link} is one of {links} links that {name} put before the group.",
        "With {links} links, {link} for one, {name} gave the group something to open.",
        "{name} left {links} links for the others to follow, for example {link}.",
    ),
    several=["links"],
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
    {"link": "top_links"},
    (
        "{name} pointed the group to {link}.",
        "{name} shared a link with the group: {link}.",
        "The group has {link} from {name}.",
        "{name} brought {link} along.",
        "{name} passed {link} on to the others.",
        "{name} had {link} to share.",
        "{name} left {link} for the others to follow.",
        "One thing {name} put before the group is {link}.",
    ),
)

TAGS = _forms(
    "tags",
    {"tag": "tag"},
    (
        "{name} used the tag #{tag.what} {tag} {tag:time/times}.",
        "The tag #{tag.what} appears {tag} {tag:time/times} in what {name} wrote.",
        "#{tag.what} is a tag that {name} used {tag} {tag:time/times}.",
        "Look for #{tag.what}, and {name} turns up {tag} {tag:time/times}.",
        "{name} wrote #{tag.what} {tag} {tag:time/times}.",
        "What {name} wrote bears the tag #{tag.what} {tag} {tag:time/times}.",
    ),
)

# Reactions of several kinds, one of them often enough to be named.
EMOJI = _forms(
    "emoji",
    {"reactions": "reactions_received", "emoji": "reaction"},
    (
        "What {name} wrote drew {reactions} reactions from others, {emoji} of them {emoji.what}.",
        "Others answered {name} with {reactions} reactions, {emoji} of them {emoji.what}.",
        "Others left {reactions} reactions for what {name} wrote; {emoji} of them {emoji:is/are} {emoji.what}.",
        "Others gave {name} {reactions} reactions, and {emoji} of them {emoji:is/are} {emoji.what}.",
        "{name} has {reactions} reactions from others to look back on, {emoji} of them {emoji.what}.",
        "{name} received {reactions} reactions from others here, {emoji.what} {emoji} {emoji:time/times}.",
        "What {name} sent met with {reactions} reactions, {emoji} of them {emoji.what}.",
        "{reactions} reactions from others went to {name}, among them {emoji.what} {emoji} {emoji:time/times}.",
    ),
    several=["reactions"],
)

# Reactions that are all of one kind.
ONE_EMOJI = _forms(
    "one_emoji",
    {"emoji": "reaction"},
    (
        "{name} received {emoji} {emoji.what} {emoji:reaction/reactions} here.",
        "What {name} wrote drew {emoji} {emoji.what} {emoji:reaction/reactions}.",
        "{emoji:Somebody/Others} answered {name} with {emoji} {emoji.what} {emoji:reaction/reactions}.",
        "{emoji} {emoji.what} {emoji:reaction/reactions} in this group went to {name}.",
        "{name} has {emoji} {emoji.what} {emoji:reaction/reactions} to look back on.",
        "What {name} sent met with {emoji} {emoji.what} {emoji:reaction/reactions}.",
    ),
)

# Reactions of which none is worth naming.
REACTIONS = _forms(
    "reactions",
    {"reactions": "reactions_received"},
    (
        "What {name} wrote drew {reactions} {reactions:reaction/reactions}.",
        "{reactions:Somebody/Others} answered {name} with {reactions} {reactions:reaction/reactions}.",
        "{name} received {reactions} {reactions:reaction/reactions} here.",
        "{reactions} {reactions:reaction/reactions} in this group went to {name}.",
        "What {name} sent met with {reactions} {reactions:reaction/reactions}.",
        "{name} has {reactions} {reactions:reaction/reactions} to look back on.",
    ),
)

REPLIES = _forms(
    "replies",
    {"replies": "quotes_received"},
    (
        "{replies:Somebody/Others} quoted {name} {replies} {replies:time/times} in order to reply.",
        "{replies} {replies:reply/replies} by {replies:somebody else/others} {replies:quotes/quote} {name}.",
        "Words of {name} were picked up and answered in {replies} {replies:reply/replies}.",
        "What {name} wrote was quoted in {replies} {replies:reply/replies} by {replies:somebody else/others}.",
        "Words of {name} were taken up by {replies:somebody else/others} in {replies} {replies:reply/replies}.",
        "{replies:Somebody/Others} came back to what {name} wrote in {replies} {replies:reply/replies}.",
    ),
)

MENTIONS = _forms(
    "mentions",
    {"mentions": "mentions_received"},
    (
        "{name} was mentioned by {mentions:somebody else/others} {mentions} {mentions:time/times}.",
        "{mentions:Somebody/Others} mentioned {name} {mentions} {mentions:time/times}.",
        "{mentions} {mentions:mention/mentions} by {mentions:somebody else/others} {mentions:points/point} to {name}.",
        "{mentions:Somebody/Others} called {name} by name {mentions} {mentions:time/times}.",
        "There {mentions:is/are} {mentions} {mentions:mention/mentions} of {name} by {mentions:somebody else/others}.",
        "In what {mentions:somebody else/others} wrote, {name} is mentioned {mentions} {mentions:time/times}.",
        "{mentions:Somebody/Others} in this group addressed {name} with {mentions} {mentions:mention/mentions}.",
        "{name} has {mentions} {mentions:mention/mentions} from {mentions:somebody else/others} in this group.",
    ),
)

GREETS = _forms(
    "greets",
    {"mentions": "mentions_made"},
    (
        "{name} mentioned people by name {mentions} {mentions:time/times}.",
        "{mentions} {mentions:mention/mentions} of people here {mentions:is/are} by {name}.",
        "{name} wrote {mentions} {mentions:mention/mentions} of people here.",
        "{name} called people here by name {mentions} {mentions:time/times}.",
        "{name} turned to people in the group by name {mentions} {mentions:time/times}.",
        "There {mentions:is/are} {mentions} {mentions:mention/mentions} of people in what {name} wrote.",
        "People here were mentioned {mentions} {mentions:time/times} by {name}.",
    ),
)

GIVES = _forms(
    "gives",
    {"reactions": "reactions_given"},
    (
        "{name} gave {reactions} {reactions:reaction/reactions} to {reactions:a message/messages} here.",
        "{reactions} {reactions:reaction/reactions} in this group came from {name}.",
        "{name} responded to {reactions:a message/messages} with {reactions} {reactions:reaction/reactions}.",
        "Here {reactions:is/are} {reactions} {reactions:reaction/reactions} that {name} left.",
        "{name} left {reactions} {reactions:reaction/reactions} for what was written here.",
    ),
)

PICTURES = _forms(
    "pictures",
    {"pictures": "pictures"},
    (
        "{name} shared {pictures} {pictures:picture/pictures} with the group.",
        "{pictures} {pictures:picture/pictures} here came from {name}.",
        "There {pictures:is/are} {pictures} {pictures:picture/pictures} from {name} to look at.",
        "{name} let the group see {pictures} {pictures:picture/pictures}.",
        "The group has {pictures} {pictures:picture/pictures} from {name}.",
    ),
)

VIDEOS = _forms(
    "videos",
    {"videos": "videos"},
    (
        "{name} shared {videos} {videos:video/videos} with the group.",
        "{videos} {videos:video/videos} here came from {name}.",
        "There {videos:is/are} {videos} {videos:video/videos} from {name} to watch.",
        "{name} brought along {videos} {videos:video/videos}.",
    ),
)

RECORDINGS = _forms(
    "recordings",
    {"recordings": "recordings"},
    (
        "{name} shared {recordings} audio {recordings:recording/recordings} with the group.",
        "{recordings} audio {recordings:recording/recordings} came from {name}.",
        "There {recordings:is/are} {recordings} audio {recordings:recording/recordings} from {name} to listen to.",
    ),
)

QUOTES = _forms(
    "quotes",
    {"quote": "quotables"},
    (
        "In the words of {name}: “{quote}”",
        "{name} put it like this: “{quote}”",
        "{name} wrote “{quote}” and got a response.",
        "There was a response when {name} wrote: “{quote}”",
        "A message by {name} that got a response reads: “{quote}”",
        "“{quote}” is how {name} said it, and it did not go unnoticed.",
        "Somebody took note when {name} wrote: “{quote}”",
        "There was an echo when {name} wrote: “{quote}”",
    ),
)

FORMS = {
    form.key: form
    for forms in (
        *(OPENING, ONE_DAY, PRESENCE, DAYS, LINKS, LINK_COUNT, ONE_LINK, TAGS, EMOJI, ONE_EMOJI, REACTIONS),
        *(REPLIES, MENTIONS, GREETS, GIVES, PICTURES, VIDEOS, RECORDINGS, QUOTES),
    )
    for form in forms
}
"""Every form by its key."""


def voice_version() -> str:
    """A digest of the forms as they are: a changed word is a new version."""
    return digest([[form.key, form.text, sorted(form.several)] for form in FORMS.values()])
