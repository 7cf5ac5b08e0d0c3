"""The program: goals and steps, stages, forms, partners, sources, outcomes and exports."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = records.models.base.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "experience",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience")),
    )
    with op.batch_alter_table("experience", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_experience_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "export_request",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_export_request_public_id")),
    )
    op.create_table(
        "form",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("licence", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("name", name=op.f("uq_form_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_form_public_id")),
    )
    op.create_table(
        "milestone",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "partner",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("contact_person", sa.String(length=80), nullable=False),
        sa.Column("reach", sa.String(length=160), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_public_id")),
    )
    op.create_table(
        "source",
        sa.Column("word", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("word", name=op.f("uq_source_word")),
    )
    op.create_table(
        "theme",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
    )
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "exit_plan",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("client_how", sa.String(length=12), nullable=True),
        sa.Column("client_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_exit_plan_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_plan")),
    )
    with op.batch_alter_table("exit_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exit_plan_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "uq_exit_plan_open",
            ["contact_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "form_version",
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_version_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_form_version_form_id_number")),
    )
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_version_form_id"), ["form_id"], unique=False)

    op.create_table(
        "goal",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.String(length=12), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_goal_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
    )
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_goal_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "reached",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_reached_contact_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_reached_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reached")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_reached_contact_id")),
    )
    with op.batch_alter_table("reached", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reached_source_id"), ["source_id"], unique=False)

    op.create_table(
        "referral",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("agreed_how", sa.String(length=12), nullable=True),
        sa.Column("agreed_at", INSTANT, nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("chase_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_referral_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_referral_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(
            "ix_referral_chase",
            ["chase_at"],
            unique=False,
            sqlite_where=sa.text("chase_at IS NOT NULL"),
            postgresql_where=sa.text("chase_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_referral_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "service_need",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("needed_at", INSTANT, nullable=False),
        sa.Column("offered_at", INSTANT, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_service_need_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_need")),
    )
    with op.batch_alter_table("service_need", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_service_need_contact_id"), ["contact_id"], unique=False
        )
        batch_op.create_index(
            "uq_service_need_open",
            ["contact_id", "area"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "form_answer",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("band", sa.String(length=40), nullable=True),
        sa.Column("begun_by", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_form_answer_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["form_version.id"], name=op.f("fk_form_answer_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_answer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_form_answer_public_id")),
    )
    with op.batch_alter_table("form_answer", schema=None) as batch_op:
        batch_op.create_index("ix_form_answer_contact", ["contact_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_form_answer_version_id"), ["version_id"], unique=False)

    op.create_table(
        "goal_step",
        sa.Column("goal_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.String(length=8), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("check_plan_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.String(length=8), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_goal_step_contact_id")
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_step_goal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_step")),
        sa.UniqueConstraint("check_plan_id", name=op.f("uq_goal_step_check_plan_id")),
    )
    with op.batch_alter_table("goal_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_goal_step_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_goal_step_goal_id"), ["goal_id"], unique=False)

    op.create_table(
        "stage_change",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("goal_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=1), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("check_id", sa.BigInteger(), nullable=True),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_stage_change_contact_id")
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_stage_change_goal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
        sa.UniqueConstraint("check_id", name=op.f("uq_stage_change_check_id")),
    )
    with op.batch_alter_table("stage_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stage_change_contact_id"), ["contact_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_stage_change_goal_id"), ["goal_id"], unique=False)

    op.create_table(
        "stage_check",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("goal_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("agreed_by", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("how_much", sa.SmallInteger(), nullable=True),
        sa.Column("how_sure", sa.SmallInteger(), nullable=True),
        sa.Column("how_safe", sa.SmallInteger(), nullable=True),
        sa.Column("fits", sa.SmallInteger(), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("level", sa.String(length=1), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_stage_check_contact_id")
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_stage_check_goal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_check")),
    )
    with op.batch_alter_table("stage_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_check_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_stage_check_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'agreed'"),
            postgresql_where=sa.text("state = 'agreed'"),
        )
        batch_op.create_index(batch_op.f("ix_stage_check_goal_id"), ["goal_id"], unique=False)


def downgrade() -> None:
    op.drop_table("stage_check")
    op.drop_table("stage_change")
    op.drop_table("goal_step")
    op.drop_table("form_answer")
    op.drop_table("service_need")
    op.drop_table("referral")
    op.drop_table("reached")
    op.drop_table("goal")
    op.drop_table("form_version")
    op.drop_table("exit_plan")
    op.drop_table("theme")
    op.drop_table("source")
    op.drop_table("partner")
    op.drop_table("milestone")
    op.drop_table("form")
    op.drop_table("export_request")
    op.drop_table("experience")
