"""the spine

Revision: 0001, after .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The first of the two gates of R10. Inlined NOT EXISTS on plain equalities: 1.8 times the bare scan at a million
# comments, where a PL/pgSQL predicate took 9 times. Columns are named, so that a migration which adds one decides.
_VISIBLE_COMMENTS = """
CREATE VIEW visible_comments AS
SELECT c.group_id, c.id, c.request_id, c.author_id, c.sent_at, c.edited_at, c.kind, c.body,
       c.quoted_author_id, c.quoted_sent_at
  FROM request_comments c
 WHERE NOT c.deleted
   AND c.duplicate_of IS NULL
   AND NOT EXISTS (SELECT FROM retention_horizons r WHERE r.group_id = c.group_id AND c.sent_at < r.keep_from)
   AND NOT EXISTS (SELECT FROM opt_outs o WHERE o.group_id = c.group_id AND o.identity_id = c.author_id)
   AND NOT EXISTS (SELECT FROM exclusions e
                    WHERE e.group_id = c.group_id AND e.identity_id = c.author_id
                      AND c.sent_at >= e.starts_at AND c.sent_at < e.ends_at)
"""

# Reactions and mentions are read only joined to a visible comment and a person who has not opted out (R10); an
# exclusion hides the excluder's own reactions too (R9).
_VISIBLE_REACTIONS = """
CREATE VIEW visible_reactions AS
SELECT r.group_id, r.comment_id, r.reactor_id, r.emoji, r.reacted_at, c.author_id, c.sent_at
  FROM comment_reactions r
  JOIN visible_comments c ON c.group_id = r.group_id AND c.id = r.comment_id
 WHERE NOT EXISTS (SELECT FROM opt_outs o WHERE o.group_id = r.group_id AND o.identity_id = r.reactor_id)
   AND NOT EXISTS (SELECT FROM exclusions e
                    WHERE e.group_id = r.group_id AND e.identity_id = r.reactor_id
                      AND coalesce(r.reacted_at, c.sent_at) >= e.starts_at
                      AND coalesce(r.reacted_at, c.sent_at) < e.ends_at)
"""

_VISIBLE_MENTIONS = """
CREATE VIEW visible_mentions AS
SELECT m.group_id, m.comment_id, m.start, m.identity_id, c.author_id
  FROM comment_mentions m
  JOIN visible_comments c ON c.group_id = m.group_id AND c.id = m.comment_id
 WHERE NOT EXISTS (SELECT FROM opt_outs o WHERE o.group_id = m.group_id AND o.identity_id = m.identity_id)
"""

# The audit log only grows (R23). TRUNCATE passes row triggers, so it has a statement trigger of its own.
_AUDIT_ONLY_GROWS = (
    """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'restrict_violation';
END $$
""",
    (
        "CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE ON audit_log"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ),
    (
        "CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON audit_log"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    ),
)

_NOT_TABLES_DOWN = (
    "DROP VIEW visible_mentions",
    "DROP VIEW visible_reactions",
    "DROP VIEW visible_comments",
    "DROP TRIGGER audit_log_only_grows ON audit_log",
    "DROP TRIGGER audit_log_is_not_emptied ON audit_log",
    "DROP FUNCTION refuse_change()",
)


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_target_id"), "audit_log", ["target", "id"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("titled_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("members_as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("slug", name=op.f("uq_groups_slug")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.BigInteger(), server_default=sa.text("5"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ring_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (lease_token IS NOT NULL AND lease_until IS NOT NULL)", name=op.f("ck_jobs_lease")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'dead', 'superseded', 'cancelled')", name=op.f("ck_jobs_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "idem_key", name=op.f("uq_jobs_kind_idem_key")),
    )
    op.create_index("ix_jobs_due", "jobs", ["run_at", "id"], unique=False, postgresql_where=sa.text("state = 'queued'"))
    op.create_index(op.f("ix_jobs_kind_subject_id"), "jobs", ["kind", "subject", "id"], unique=False)
    op.create_index(
        "ix_jobs_lease", "jobs", ["lease_until"], unique=False, postgresql_where=sa.text("state = 'running'")
    )
    op.create_index(
        "uq_jobs_queued", "jobs", ["kind", "subject"], unique=True, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index(
        "uq_jobs_running", "jobs", ["kind", "subject"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("user_id", name=op.f("uq_users_user_id")),
    )
    op.create_table(
        "barred_receipts",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_barred_receipts_group_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["users.id"], name=op.f("fk_barred_receipts_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "group_id", "comment_id", name=op.f("pk_barred_receipts")),
    )
    op.create_index(op.f("ix_barred_receipts_group_id"), "barred_receipts", ["group_id"], unique=False)
    op.create_table(
        "editions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("evidence_version", sa.BigInteger(), nullable=False),
        sa.Column("snapshot_hash", sa.Text(), nullable=False),
        sa.Column("prompt_name", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("prompt_hash", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("guard_version", sa.Text(), nullable=False),
        sa.Column("model_asked", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model_used", sa.Text(), nullable=False),
        sa.Column("fallback_reason", sa.Text(), nullable=True),
        sa.Column("response_id", sa.Text(), nullable=True),
        sa.Column("finish_reason", sa.Text(), nullable=True),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=True),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=True),
        sa.Column("latency_ms", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scorecard", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('published', 'rejected', 'pending_manual_copy')", name=op.f("ck_editions_status")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_editions_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_editions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
    )
    op.create_index(op.f("ix_editions_group_id"), "editions", ["group_id"], unique=False)
    op.create_index(op.f("ix_editions_user_id_group_id_id"), "editions", ["user_id", "group_id", "id"], unique=False)
    op.create_table(
        "evidence_versions",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_evidence_versions_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_evidence_versions_user_id")),
        sa.PrimaryKeyConstraint("user_id", "group_id", name=op.f("pk_evidence_versions")),
    )
    op.create_index(op.f("ix_evidence_versions_group_id"), "evidence_versions", ["group_id"], unique=False)
    op.create_table(
        "group_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_keys_group_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_group_keys")),
    )
    op.create_index(op.f("ix_group_keys_group_id"), "group_keys", ["group_id"], unique=False)
    op.create_table(
        "requests",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_requests_group_id")),
        sa.PrimaryKeyConstraint("group_id", "id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_group_id_started_at"), "requests", ["group_id", "started_at"], unique=False)
    op.create_table(
        "retention_horizons",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("keep_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_retention_horizons_group_id")),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_retention_horizons")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("evidence_version", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_snapshots_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_snapshots_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("user_id", "group_id", "hash", name=op.f("uq_snapshots_user_id_group_id_hash")),
    )
    op.create_index(op.f("ix_snapshots_group_id"), "snapshots", ["group_id"], unique=False)
    op.create_index(
        "uq_snapshots_current",
        "snapshots",
        ["user_id", "group_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "user_attributes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("home_user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.Text(), server_default="home", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('aci', 'e164', 'name')", name=op.f("ck_user_attributes_kind")),
        sa.CheckConstraint("linked_by IN ('home', 'import', 'person')", name=op.f("ck_user_attributes_linked_by")),
        sa.ForeignKeyConstraint(["home_user_id"], ["users.id"], name=op.f("fk_user_attributes_home_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_attributes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_attributes")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_user_attributes_kind_value")),
    )
    op.create_index(op.f("ix_user_attributes_home_user_id"), "user_attributes", ["home_user_id"], unique=False)
    op.create_index(op.f("ix_user_attributes_user_id"), "user_attributes", ["user_id"], unique=False)
    op.create_table(
        "exclusions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_exclusions_span")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_exclusions_group_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["user_attributes.id"], name=op.f("fk_exclusions_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
    )
    op.create_index(op.f("ix_exclusions_group_id"), "exclusions", ["group_id"], unique=False)
    op.create_index(op.f("ix_exclusions_identity_id_group_id"), "exclusions", ["identity_id", "group_id"], unique=False)
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("named_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_members_group_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["user_attributes.id"], name=op.f("fk_group_members_identity_id")),
        sa.PrimaryKeyConstraint("group_id", "identity_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_identity_id"), "group_members", ["identity_id"], unique=False)
    op.create_table(
        "hides",
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_hides_group_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["user_attributes.id"], name=op.f("fk_hides_identity_id")),
        sa.PrimaryKeyConstraint("identity_id", "group_id", name=op.f("pk_hides")),
    )
    op.create_index(op.f("ix_hides_group_id"), "hides", ["group_id"], unique=False)
    op.create_table(
        "opt_outs",
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_opt_outs_group_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["user_attributes.id"], name=op.f("fk_opt_outs_identity_id")),
        sa.PrimaryKeyConstraint("identity_id", "group_id", name=op.f("pk_opt_outs")),
    )
    op.create_index(op.f("ix_opt_outs_group_id"), "opt_outs", ["group_id"], unique=False)
    op.create_table(
        "request_comments",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.Column("quoted_author_id", sa.BigInteger(), nullable=True),
        sa.Column("quoted_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reactions_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT deleted OR body = ''", name=op.f("ck_request_comments_deleted_has_no_words")),
        sa.PrimaryKeyConstraint("group_id", "id", name=op.f("pk_request_comments")),
        sa.UniqueConstraint(
            "author_id", "group_id", "sent_at", name=op.f("uq_request_comments_author_id_group_id_sent_at")
        ),
    )
    op.create_index(
        op.f("ix_request_comments_group_id_duplicate_of"),
        "request_comments",
        ["group_id", "duplicate_of"],
        unique=False,
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_request_comments_group_id_request_id"), "request_comments", ["group_id", "request_id"], unique=False
    )
    op.create_index(
        op.f("ix_request_comments_group_id_sent_at"), "request_comments", ["group_id", "sent_at"], unique=False
    )
    op.create_index(
        op.f("ix_request_comments_quoted_author_id_group_id_quoted_sent_at"),
        "request_comments",
        ["quoted_author_id", "group_id", "quoted_sent_at"],
        unique=False,
        postgresql_where=sa.text("quoted_author_id IS NOT NULL"),
    )
    op.create_table(
        "user_profile_highlights",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("source_group", sa.BigInteger(), nullable=False),
        sa.Column("bio_text", sa.Text(), nullable=False),
        sa.Column("proof_points_json", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quotes_json", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("snapshot_hash", sa.Text(), nullable=False),
        sa.Column("llm_model", sa.Text(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stale_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manual_override", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("override_text", sa.Text(), nullable=True),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("evidence_version", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("marked_stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_user_profile_highlights_edition_id")),
        sa.ForeignKeyConstraint(["source_group"], ["groups.id"], name=op.f("fk_user_profile_highlights_source_group")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_profile_highlights_user_id")),
        sa.PrimaryKeyConstraint("user_id", "source_group", name=op.f("pk_user_profile_highlights")),
    )
    op.create_index(
        op.f("ix_user_profile_highlights_edition_id"), "user_profile_highlights", ["edition_id"], unique=False
    )
    op.create_index(
        op.f("ix_user_profile_highlights_source_group"), "user_profile_highlights", ["source_group"], unique=False
    )
    op.create_table(
        "comment_attachments",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("voice", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            name=op.f("fk_comment_attachments_group_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "comment_id", "position", name=op.f("pk_comment_attachments")),
    )
    op.create_table(
        "comment_links",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            name=op.f("fk_comment_links_group_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "comment_id", "position", name=op.f("pk_comment_links")),
    )
    op.create_table(
        "comment_mentions",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            name=op.f("fk_comment_mentions_group_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "comment_id", "start", name=op.f("pk_comment_mentions")),
    )
    op.create_index(op.f("ix_comment_mentions_identity_id"), "comment_mentions", ["identity_id"], unique=False)
    op.create_table(
        "comment_reactions",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("reactor_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("reacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            name=op.f("fk_comment_reactions_group_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "comment_id", "reactor_id", name=op.f("pk_comment_reactions")),
    )
    op.create_index(
        op.f("ix_comment_reactions_reactor_id_group_id"), "comment_reactions", ["reactor_id", "group_id"], unique=False
    )
    op.create_table(
        "comment_tags",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            name=op.f("fk_comment_tags_group_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "comment_id", "position", name=op.f("pk_comment_tags")),
    )
    op.create_table(
        "edition_receipts",
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_edition_receipts_edition_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            name=op.f("fk_edition_receipts_group_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", "claim", "comment_id", name=op.f("pk_edition_receipts")),
    )
    op.create_index(
        op.f("ix_edition_receipts_group_id_comment_id"), "edition_receipts", ["group_id", "comment_id"], unique=False
    )
    op.execute(_VISIBLE_COMMENTS)
    op.execute(_VISIBLE_REACTIONS)
    op.execute(_VISIBLE_MENTIONS)
    for statement in _AUDIT_ONLY_GROWS:
        op.execute(statement)


def downgrade() -> None:
    for statement in _NOT_TABLES_DOWN:
        op.execute(statement)
    op.drop_index(op.f("ix_edition_receipts_group_id_comment_id"), table_name="edition_receipts")
    op.drop_table("edition_receipts")
    op.drop_table("comment_tags")
    op.drop_index(op.f("ix_comment_reactions_reactor_id_group_id"), table_name="comment_reactions")
    op.drop_table("comment_reactions")
    op.drop_index(op.f("ix_comment_mentions_identity_id"), table_name="comment_mentions")
    op.drop_table("comment_mentions")
    op.drop_table("comment_links")
    op.drop_table("comment_attachments")
    op.drop_index(op.f("ix_user_profile_highlights_source_group"), table_name="user_profile_highlights")
    op.drop_index(op.f("ix_user_profile_highlights_edition_id"), table_name="user_profile_highlights")
    op.drop_table("user_profile_highlights")
    op.drop_index(
        op.f("ix_request_comments_quoted_author_id_group_id_quoted_sent_at"),
        table_name="request_comments",
        postgresql_where=sa.text("quoted_author_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_request_comments_group_id_sent_at"), table_name="request_comments")
    op.drop_index(op.f("ix_request_comments_group_id_request_id"), table_name="request_comments")
    op.drop_index(
        op.f("ix_request_comments_group_id_duplicate_of"),
        table_name="request_comments",
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.drop_table("request_comments")
    op.drop_index(op.f("ix_opt_outs_group_id"), table_name="opt_outs")
    op.drop_table("opt_outs")
    op.drop_index(op.f("ix_hides_group_id"), table_name="hides")
    op.drop_table("hides")
    op.drop_index(op.f("ix_group_members_identity_id"), table_name="group_members")
    op.drop_table("group_members")
    op.drop_index(op.f("ix_exclusions_identity_id_group_id"), table_name="exclusions")
    op.drop_index(op.f("ix_exclusions_group_id"), table_name="exclusions")
    op.drop_table("exclusions")
    op.drop_index(op.f("ix_user_attributes_user_id"), table_name="user_attributes")
    op.drop_index(op.f("ix_user_attributes_home_user_id"), table_name="user_attributes")
    op.drop_table("user_attributes")
    op.drop_index("uq_snapshots_current", table_name="snapshots", postgresql_where=sa.text("is_current"))
    op.drop_index(op.f("ix_snapshots_group_id"), table_name="snapshots")
    op.drop_table("snapshots")
    op.drop_table("retention_horizons")
    op.drop_index(op.f("ix_requests_group_id_started_at"), table_name="requests")
    op.drop_table("requests")
    op.drop_index(op.f("ix_group_keys_group_id"), table_name="group_keys")
    op.drop_table("group_keys")
    op.drop_index(op.f("ix_evidence_versions_group_id"), table_name="evidence_versions")
    op.drop_table("evidence_versions")
    op.drop_index(op.f("ix_editions_user_id_group_id_id"), table_name="editions")
    op.drop_index(op.f("ix_editions_group_id"), table_name="editions")
    op.drop_table("editions")
    op.drop_index(op.f("ix_barred_receipts_group_id"), table_name="barred_receipts")
    op.drop_table("barred_receipts")
    op.drop_table("users")
    op.drop_index("uq_jobs_running", table_name="jobs", postgresql_where=sa.text("state = 'running'"))
    op.drop_index("uq_jobs_queued", table_name="jobs", postgresql_where=sa.text("state = 'queued'"))
    op.drop_index("ix_jobs_lease", table_name="jobs", postgresql_where=sa.text("state = 'running'"))
    op.drop_index(op.f("ix_jobs_kind_subject_id"), table_name="jobs")
    op.drop_index("ix_jobs_due", table_name="jobs", postgresql_where=sa.text("state = 'queued'"))
    op.drop_table("jobs")
    op.drop_table("imports")
    op.drop_table("groups")
    op.drop_index(op.f("ix_audit_log_target_id"), table_name="audit_log")
    op.drop_table("audit_log")
