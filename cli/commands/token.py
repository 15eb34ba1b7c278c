"""`./wb token`: a token to try the API with, signed by the development secret."""

import typer

from api.tokens import issue_token
from glaze.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add `token` to the command line."""
    app.command("token")(token)


def token(
    user: str = typer.Option(..., "--user", help="The user's external id, the token's `sub`."),
    admin: bool = typer.Option(False, "--admin", help="With the admin scope."),  # noqa: FBT003 - a flag
) -> None:
    """Print a token for a user. Works with the development secret only."""
    typer.echo(issue_token(load_settings(), user, admin=admin))
