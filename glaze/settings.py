"""What can be set from outside: environment variables, else the file `.env`, else the default here."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-secret-never-used-in-production"  # noqa: S105 - its name says what it is


class Settings(BaseSettings):
    """Every setting, under its environment name. `.env.example` documents each and is tested against this class."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = Field("development", alias="GLAZE_ENV")
    """`production` refuses development secrets and turns the IDE off."""

    database_url: str | None = Field(None, alias="DATABASE_URL")
    """PostgreSQL 15 or newer. Unset: an embedded server is started."""

    redis_url: str | None = Field(None, alias="REDIS_URL")
    """Redis 6.2 or newer, or Valkey. Unset: an embedded server is started."""

    flag: bool = Field(default=False, alias="PROFILE_SIGNAL_GLAZE")
    """The ceiling of the feature (R22): off, nothing is shown and nothing automatic runs; import still works."""

    storage_dir: Path = Field(Path("storage"), alias="GLAZE_STORAGE_DIR")
    """Where JSON artifacts are written."""

    data_dir: Path | None = Field(None, alias="GLAZE_DATA_DIR")
    """Where the embedded servers keep their data. Unset: beside what the launcher installed."""

    secret: SecretStr = Field(SecretStr(DEVELOPMENT_SECRET), alias="GLAZE_SECRET")
    """Keys prompt delimiters, canaries and audit hashes. Keep it: changing it changes all of them."""

    jwt_secret: SecretStr = Field(SecretStr(DEVELOPMENT_SECRET), alias="GLAZE_JWT_SECRET")
    """Signs and verifies tokens (HS256)."""

    jwt_issuer: str = Field("signal-profile-glaze", alias="GLAZE_JWT_ISSUER")
    """The `iss` a token must carry."""

    jwt_audience: str = Field("signal-profile-glaze", alias="GLAZE_JWT_AUDIENCE")
    """The `aud` a token must carry."""

    admin_scope: str = Field("glaze:admin", alias="GLAZE_ADMIN_SCOPE")
    """The word in a token's `scope` that makes its bearer an admin (R1)."""

    cors_origins: tuple[str, ...] = Field((), alias="GLAZE_CORS_ORIGINS")
    """Origins of the SPA, as a JSON list."""

    cors_localhost: bool = Field(default=False, alias="GLAZE_CORS_LOCALHOST")
    """Allow any localhost origin. For the demo."""

    graphiql: bool = Field(default=False, alias="GLAZE_GRAPHIQL")
    """Serve the GraphiQL IDE and introspection. For the demo."""

    provider: Literal["offline", "openai"] = Field("offline", alias="GLAZE_PROVIDER")
    """Who writes: `offline` needs no key and no network; `openai` is any OpenAI-compatible endpoint."""

    model: str = Field("", alias="SIGNAL_PROFILE_GLAZE_MODEL")
    """The model asked for, as the endpoint names it, e.g. `gpt-5-mini` or `openai/gpt-5-mini`."""

    model_base_url: str = Field("https://api.openai.com/v1", alias="GLAZE_MODEL_BASE_URL")
    """The endpoint: OpenAI, OpenRouter (`https://openrouter.ai/api/v1`), Dedalus, or one of your own."""

    model_api_key: SecretStr = Field(SecretStr(""), alias="GLAZE_MODEL_API_KEY")
    """The endpoint's key."""

    model_extra_body: dict[str, object] = Field(default_factory=dict, alias="GLAZE_MODEL_EXTRA_BODY")
    """JSON object added to each request, e.g. `{"provider": {"require_parameters": true}}` for OpenRouter."""

    model_total_seconds: float = Field(60.0, gt=0, le=80, alias="GLAZE_MODEL_TOTAL_SECONDS")
    """Deadline of all calls for one bio together; stays below the job's own 90 s (R26)."""

    min_comments: int = Field(1, ge=1, alias="GLAZE_MIN_COMMENTS")
    """From how many visible comments on somebody gets a bio (R19)."""

    expire_days: int = Field(180, ge=1, alias="GLAZE_EXPIRE_DAYS")
    """After how many days an edition is stale even if nothing changed (R15)."""

    log_format: Literal["console", "json"] = Field("console", alias="GLAZE_LOG_FORMAT")
    """`json` for machines."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="GLAZE_LOG_LEVEL")
    """The least level that is written."""

    @field_validator("model_base_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("GLAZE_MODEL_BASE_URL must start with http:// or https://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.environment == "production":
            for name, value in (("GLAZE_SECRET", self.secret), ("GLAZE_JWT_SECRET", self.jwt_secret)):
                if value.get_secret_value() == DEVELOPMENT_SECRET:
                    raise ValueError(f"set {name}: production does not run on the development secret")
        if len(self.jwt_secret.get_secret_value()) < 32:
            raise ValueError("GLAZE_JWT_SECRET must have at least 32 characters")
        if self.provider == "openai" and not self.model:
            raise ValueError("GLAZE_PROVIDER=openai needs SIGNAL_PROFILE_GLAZE_MODEL")
        return self

    @property
    def model_asked(self) -> str:
        """What stands in the fingerprint as the model asked for (R14)."""
        return "offline" if self.provider == "offline" else self.model


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
