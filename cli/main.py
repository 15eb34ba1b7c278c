"""The `wb` command: which commands there are, and how every failure is told."""

import sys

import typer
from click.exceptions import ClickException, Exit
from pydantic import ValidationError

import glaze.tables
from cli.commands import bench, chat, database, demo, serve, signal_profile, test, token
from cli.processes import Stopped
from glaze.errors import GlazeError
from glaze.log import get_logger, setup_logging
from glaze.settings import load_settings

__all__ = ["glaze", "main"]

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="wb",
    help="Signal Profile Glaze: from a Signal group's export to bios whose every sentence rests on a receipt.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 4 feature flag off, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for family in (demo, chat, signal_profile, serve, database, token, test, bench):
    family.add_to(app)


def main() -> None:
    """Run one command; every expected failure ends in one sentence and an exit code."""
    try:
        settings = load_settings()
        setup_logging(settings.log_format, settings.log_level)
        app(standalone_mode=False)
    except ValidationError as error:
        sys.exit(_say(_setting_at_fault(error), FAILED))
    except Exit as end:
        sys.exit(end.exit_code)
    except GlazeError as error:
        sys.exit(_say(str(error), 4 if error.code == "FLAG_OFF" else FAILED))
    except typer.Abort:
        sys.exit(_say("stopped.", INTERRUPTED))
    except (Stopped, KeyboardInterrupt):
        sys.exit(_say("stopped; what was finished is kept, run the same command again to go on.", INTERRUPTED))
    except Exception as error:
        if isinstance(error, ClickException):
            error.show()
            sys.exit(USAGE)
        get_logger("cli").error("command.failed", exc_info=error)
        sys.exit(_say("this should not have happened; the line above says where. Nothing was half done.", FAILED))


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"wb: {sentence}\n")
    return code


def _setting_at_fault(error: ValidationError) -> str:
    """The first wrong setting by name and what is wrong with it, never its value."""
    fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in fault["loc"])
    return f"{name}: {fault['msg']}" if name else fault["msg"].removeprefix("Value error, ")


if __name__ == "__main__":
    main()
