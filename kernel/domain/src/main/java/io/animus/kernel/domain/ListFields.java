package io.animus.kernel.domain;

import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.SinkFeed;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.domain.model.Stage;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.ErrorClass;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunState;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** By which fields which list can be filtered: values in rows that a list reads in its order anyhow. */
public final class ListFields {
    private static final ListField CREATED_AT = ListField.time("createdAt");
    private static final ListField CREATED_BY = ListField.text("createdBy.id");
    private static final ListField NAME = ListField.text("name");
    private static final ListField TAGS = ListField.texts("tags");
    private static final ListField NUMBER = ListField.number("number");
    private static final ListField DIGEST = ListField.text("digest");
    private static final ListField SIZE = ListField.number("size");
    private static final ListField MEDIA_TYPE = ListField.text("mediaType");
    private static final ListField UPDATED_AT = ListField.time("updatedAt");
    private static final ListField STARTED_AT = ListField.time("startedAt");
    private static final ListField FINISHED_AT = ListField.time("finishedAt");
    private static final ListField EXIT_CODE = ListField.number("exitCode");
    private static final ListField ERROR_CLASS = word("errorClass", ErrorClass.values(), ErrorClass::word);
    private static final ListField CAUSE = word("cause", FailureCause.values(), FailureCause::name);

    public static final List<ListField> RUNS = List.of(
            word("state", RunState.values(), RunState::word),
            word("kind", RunKind.values(), RunKind::word),
            ERROR_CLASS,
            CAUSE,
            EXIT_CODE,
            ListField.number("attempts"),
            ListField.number("priority"),
            ListField.text("experiment"),
            TAGS,
            ListField.text("requestedRef"),
            ListField.text("rerunOf"),
            CREATED_BY,
            CREATED_AT,
            STARTED_AT,
            FINISHED_AT);

    public static final List<ListField> ARTIFACTS = List.of(
            NAME,
            word("kind", Artifact.Kind.values(), Artifact.Kind::word),
            MEDIA_TYPE,
            DIGEST,
            SIZE,
            ListField.number("attempt"),
            CREATED_AT);

    public static final List<ListField> DATASETS =
            List.of(NAME, word("access", Dataset.Access.values(), Dataset.Access::word), TAGS, CREATED_BY, CREATED_AT);

    public static final List<ListField> DATASET_VERSIONS =
            List.of(NUMBER, DIGEST, SIZE, MEDIA_TYPE, ListField.text("retentionClass"), CREATED_BY, CREATED_AT);

    public static final List<ListField> MODELS = List.of(NAME, TAGS, CREATED_BY, CREATED_AT);

    public static final List<ListField> MODEL_VERSIONS =
            List.of(NUMBER, word("stage", Stage.values(), Stage::word), ListField.text("run"), CREATED_BY, CREATED_AT);

    public static final List<ListField> PROJECTS = List.of(
            NAME,
            ListField.text("title"),
            ListField.texts("networkClasses"),
            word("status", Project.Status.values(), status -> status.name().toLowerCase(Locale.ROOT)),
            CREATED_BY,
            CREATED_AT,
            UPDATED_AT);

    public static final List<ListField> ROLE_BINDINGS = List.of(
            word("subject.kind", Principal.Kind.values(), Principal.Kind::word),
            ListField.text("subject.id"),
            word("role", Role.values(), Role::word),
            ListField.text("object"),
            CREATED_BY,
            CREATED_AT);

    public static final List<ListField> ENVIRONMENTS = List.of(NAME, CREATED_BY, CREATED_AT);

    public static final List<ListField> ENVIRONMENT_VERSIONS = List.of(NUMBER, CREATED_BY, CREATED_AT);

    public static final List<ListField> ENVIRONMENT_LOCKS = List.of(
            ListField.text("environment"),
            ListField.text("environmentVersion"),
            ListField.text("lockDigest"),
            CREATED_BY,
            CREATED_AT);

    public static final List<ListField> ATTEMPTS = List.of(
            NUMBER,
            ListField.text("executor"),
            word("outcome", finalStates(), RunState::word),
            ERROR_CLASS,
            CAUSE,
            EXIT_CODE,
            CREATED_AT,
            STARTED_AT,
            FINISHED_AT);

    public static final List<ListField> WEBHOOKS = List.of(
            ListField.text("url"),
            ListField.texts("events"),
            word("status", WebhookSubscription.Status.values(), WebhookSubscription.Status::word),
            CREATED_BY,
            CREATED_AT,
            UPDATED_AT);

    public static final List<ListField> DELIVERIES = List.of(
            ListField.text("event.id"),
            ListField.text("event.type"),
            ListField.text("event.subject"),
            ListField.time("event.time"),
            word("state", Delivery.State.values(), Delivery.State::word),
            CREATED_AT,
            FINISHED_AT);

    public static final List<ListField> AUDIT_SINKS = List.of(
            NAME,
            word("state", SinkFeed.State.values(), SinkFeed.State::word),
            ListField.time("since"),
            ListField.number("cursor"),
            ListField.time("deliveredAt"));

    public static final List<ListField> DEAD_LETTERS = List.of(
            ListField.number("leafIndex"),
            ListField.text("reason"),
            ListField.time("refusedAt"),
            ListField.time("replayWantedAt"),
            ListField.number("replays"),
            ListField.text("replayReason"),
            ListField.time("replayedAt"));

    public static final List<ListField> SERVICE_ACCOUNTS =
            List.of(NAME, ListField.texts("systemRoles"), CREATED_BY, CREATED_AT);

    public static final List<ListField> API_KEYS = List.of(
            CREATED_BY,
            CREATED_AT,
            ListField.time("expiresAt"),
            ListField.time("lastUsedAt"),
            ListField.time("revokedAt"));

    public static final List<ListField> AUDIT_EVENTS = List.of(
            ListField.time("time"),
            word("actor.kind", Principal.Kind.values(), Principal.Kind::word),
            ListField.text("actor.subject"),
            ListField.text("action"),
            ListField.text("resource.id"),
            ListField.text("resource.project"),
            ListField.text("outcome"));

    private ListFields() {}

    private static RunState[] finalStates() {
        return Arrays.stream(RunState.values()).filter(RunState::isFinal).toArray(RunState[]::new);
    }

    private static <T> ListField word(String name, T[] values, Function<T, String> word) {
        return ListField.word(name, Arrays.stream(values).map(word).toList());
    }
}
