"""What the demo prints once it is ready, and what it writes for programs that drive it."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from api.tokens import issue_token
from cli.demo.fill import ADMIN, MEMBER, OTHER_MEMBER, OUTSIDER
from cli.demo.stage import ask
from glaze.errors import UnavailableError
from glaze.settings import Settings

_QUERY = "query Bio($userId: ID!) { profileHighlight(userId: $userId) { display bioText } }"


@dataclass(frozen=True)
class DemoInfo:
    """Where the demo is and how to be somebody in it."""

    url: str
    member_token: str
    other_member_token: str
    outsider_token: str
    admin_token: str
    member_id: str
    """The opaque id of the member whose token is `member_token`."""
    pid: int


def demo_info(settings: Settings, url: str) -> DemoInfo:
    """Make the tokens, and ask the running API who the member is."""
    token = issue_token(settings, MEMBER)
    answer = ask(url, "{ viewer { member { id } } }", token=token)
    member = ((answer.get("data") or {}).get("viewer") or {}).get("member")
    if not member:
        raise UnavailableError("The API does not know the demo's member; try ./wb demo --fresh.")
    return DemoInfo(
        url=url,
        member_token=token,
        other_member_token=issue_token(settings, OTHER_MEMBER),
        outsider_token=issue_token(settings, OUTSIDER),
        admin_token=issue_token(settings, ADMIN, admin=True),
        member_id=member["id"],
        pid=os.getpid(),
    )


def write_info(info: DemoInfo, path: Path) -> None:
    """Write the info as JSON, in one step: whoever waits for the file never reads half of it."""
    handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(info), file, indent=2)
    Path(temporary).replace(path)


def print_info(info: DemoInfo) -> None:
    """Say what to open and what to paste."""
    body = json.dumps({"query": _QUERY, "variables": {"userId": info.member_id}})
    print(
        f"""
GraphiQL      {info.url}/graphql   (add the header {{"Authorization": "Bearer <token>"}})
member        {info.member_token}
other member  {info.other_member_token}
outsider      {info.outsider_token}
admin         {info.admin_token}

See a bio:

curl -s {info.url}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer {info.other_member_token}' \\
  -d '{body}'

Ctrl-C stops everything; the data stays for the next ./wb demo.""",
        flush=True,
    )
