"""The `wb` command: which commands there are, and how every failure is told."""

import sys
from importlib import import_module

import typer
from pydantic import ValidationError

import glaze.tables  # noqa: F401 - the tables' foreign keys find each other
from cli.processes import Stopped
from glaze.errors import FlagOffError, GlazeError
from glaze.log import get_logger, setup_logging
from glaze.settings import load_settings

FAILED, USAGE, FLAG_OFF, INTERRUPTED = 1, 2, 4, 130

FAMILIES = {
    "demo": "demo",
    "import": "chat",
    "link": "chat",
    "unlink": "chat",
    "signal-profile": "signal_profile",
    "serve": "serve",
    "worker": "serve",
    "db": "database",
    "token": "token",
    "test": "test",
    "bench": "bench",
}
"""The file in cli/commands of each command."""


def main() -> None:
    """Run one command; every expected failure ends in one sentence and an exit code."""
    try:
        settings = load_settings()
        setup_logging(settings.log_format, settings.log_level)
        # Without standalone mode it returns the code of typer.Exit, and what --help ends with.
        sys.exit(_app_for(sys.argv[1:])(standalone_mode=False, prog_name="./wb"))
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except typer.TyperException as error:
        named = f"{sys.argv[1]} " if sys.argv[1] in FAMILIES else ""
        sys.exit(_say(f"{error.format_message()} See ./wb {named}--help.", USAGE))
    except ValidationError as error:
        sys.exit(_say(_setting_at_fault(error), FAILED))
    except FlagOffError as error:
        sys.exit(_say(str(error), FLAG_OFF))
    except GlazeError as error:
        sys.exit(_say(str(error), FAILED))
    except (Stopped, KeyboardInterrupt, typer.Abort):
        sys.exit(_say("stopped; what was finished is kept, run the same command again to go on.", INTERRUPTED))
    except Exception as error:
        get_logger("cli").error("command.failed", exc_info=error)
        sys.exit(_say("this should not have happened; the line above says where.", FAILED))


def _app_for(arguments: list[str]) -> typer.Typer:
    """The commands, or of the one that is named its family alone: the others' imports would cost it a second."""
    app = typer.Typer(
        name="wb",
        help="Signal Profile Glaze: from a Signal group's export to bios whose every sentence rests on a receipt.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 4 feature flag off, 130 interrupted.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_no_options)
    named = FAMILIES.get(arguments[0]) if arguments else None
    for family in [named] if named else dict.fromkeys(FAMILIES.values()):
        import_module(f"cli.commands.{family}").add_to(app)
    return app


def _no_options() -> None:
    # With a callback, typer keeps the command's name even where there is but one command.
    pass


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"wb: {sentence}\n")
    return code


def _setting_at_fault(error: ValidationError) -> str:
    """The first wrong setting by name and what is wrong with it, never its value."""
    fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in fault["loc"])
    said = fault["msg"].removeprefix("Value error, ")
    return f"{name}: {said}" if name else said


if __name__ == "__main__":
    main()
