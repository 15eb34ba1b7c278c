"""The contract of an edition's origin: how fresh it is, who wrote it, and what the guard said."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from glaze.highlights import served
from glaze.highlights.guard import RuleResult
from schema.global_ids import global_id
from schema.words import FreshnessState, StaleReason


@strawberry.type(description="How fresh a bio is, and why.")
class Freshness:
    """R15."""

    state: FreshnessState = strawberry.field(description="Whether it holds.")
    reasons: list[StaleReason] = strawberry.field(description="Why it is stale; empty when it is not.")
    updated_at: datetime | None = strawberry.field(description="When it was written; null without a bio.")
    stale_after: datetime | None = strawberry.field(description="When it reaches its age; null without a bio.")
    evidence_version: int = strawberry.field(
        description="Up to which evidence it is known to hold; 0 without a bio. Only its growth means anything."
    )

    @classmethod
    def of(cls, freshness: served.Freshness) -> "Freshness":
        """The freshness as the API shows it."""
        return cls(
            state=FreshnessState[freshness.state.name],
            reasons=[StaleReason[reason.name] for reason in freshness.reasons],
            updated_at=freshness.updated_at,
            stale_after=freshness.stale_after,
            evidence_version=freshness.evidence_version,
        )


@strawberry.type(description="What writing an edition took.")
class Usage:
    """For admins."""

    prompt_tokens: int | None = strawberry.field(description="Tokens read, where the endpoint counts them.")
    completion_tokens: int | None = strawberry.field(description="Tokens written, where the endpoint counts them.")
    latency_ms: int | None = strawberry.field(description="How long the model took, in milliseconds.")
    response_id: str | None = strawberry.field(description="The endpoint's own id of its reply.")


@strawberry.type(description="Who wrote a bio, with what, and from which evidence.")
class Provenance:
    """R14."""

    edition_id: strawberry.ID = strawberry.field(description="The edition that is shown.")
    provider: str = strawberry.field(description="Who in fact wrote it: `offline` or `openai`.")
    model: str = strawberry.field(description="The model that in fact wrote it.")
    model_asked: str = strawberry.field(description="The model that was asked.")
    prompt_name: str = strawberry.field(description="The prompt.")
    prompt_version: str = strawberry.field(description="The prompt's version.")
    prompt_hash: str = strawberry.field(description="SHA-256 of the prompt.")
    style: str = strawberry.field(description="The style it was written in.")
    guard_version: str = strawberry.field(description="The guard's rules it was held against.")
    snapshot_hash: str = strawberry.field(description="SHA-256 of the evidence it rests on.")
    fallback_reason: str | None = strawberry.field(
        description="Why the offline writer speaks although a model was asked; null where none had to."
    )
    finish_reason: str | None = strawberry.field(description="Why the model stopped writing, in its own word.")
    generated_at: datetime = strawberry.field(description="When it was written.")
    usage: Usage | None = strawberry.field(description="What it took. For admins; null for others.")

    @classmethod
    def of(cls, made: served.Provenance, *, is_admin: bool) -> "Provenance":
        """The provenance as this viewer may read it."""
        return cls(
            edition_id=strawberry.ID(global_id("Edition", made.edition_id)),
            provider=made.provider,
            model=made.model,
            model_asked=made.model_asked,
            prompt_name=made.prompt_name,
            prompt_version=made.prompt_version,
            prompt_hash=made.prompt_hash,
            style=made.style,
            guard_version=made.guard_version,
            snapshot_hash=made.snapshot_hash,
            fallback_reason=made.fallback_reason,
            finish_reason=made.finish_reason,
            generated_at=made.generated_at,
            usage=Usage(
                prompt_tokens=made.prompt_tokens,
                completion_tokens=made.completion_tokens,
                latency_ms=made.latency_ms,
                response_id=made.response_id,
            )
            if is_admin
            else None,
        )


@strawberry.type(description="What one rule of the guard said of an edition.")
class Verdict:
    """A line of the scorecard."""

    rule: str = strawberry.field(description="The rule's name.")
    passed: bool = strawberry.field(description="Whether the edition kept it.")
    detail: str | None = strawberry.field(description="What was found, where the rule says more than yes or no.")

    @classmethod
    def all_of(cls, scorecard: Sequence[RuleResult]) -> list["Verdict"]:
        """The scorecard as the API shows it."""
        return [cls(rule=result.rule, passed=result.passed, detail=result.detail or None) for result in scorecard]
