"""Writing the contract as SDL: `python -m schema.print` renews frontend-contract/schema.graphql."""

from pathlib import Path

from schema.contract import contract

PATH = Path(__file__).resolve().parents[1] / "frontend-contract" / "schema.graphql"


def sdl() -> str:
    """The schema in the schema definition language, descriptions and all."""
    return contract.as_str().rstrip() + "\n"


if __name__ == "__main__":
    PATH.write_text(sdl(), encoding="utf-8")
