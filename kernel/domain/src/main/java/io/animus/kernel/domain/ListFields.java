package io.animus.kernel.domain;

import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.model.Stage;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.ErrorClass;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunState;
import java.util.Arrays;
import java.util.List;
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

    public static final List<ListField> RUNS = List.of(
            word("state", RunState.values(), RunState::word),
            word("kind", RunKind.values(), RunKind::word),
            word("errorClass", ErrorClass.values(), ErrorClass::word),
            word("cause", FailureCause.values(), FailureCause::name),
            ListField.number("exitCode"),
            ListField.number("attempts"),
            ListField.number("priority"),
            ListField.text("experiment"),
            TAGS,
            ListField.text("requestedRef"),
            ListField.text("rerunOf"),
            CREATED_BY,
            CREATED_AT,
            ListField.time("startedAt"),
            ListField.time("finishedAt"));

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

    public static final List<ListField> AUDIT_EVENTS = List.of(
            ListField.time("time"),
            word("actor.kind", Principal.Kind.values(), Principal.Kind::word),
            ListField.text("actor.subject"),
            ListField.text("action"),
            ListField.text("resource.id"),
            ListField.text("resource.project"),
            ListField.text("outcome"));

    private ListFields() {}

    private static <T> ListField word(String name, T[] values, Function<T, String> word) {
        return ListField.word(name, Arrays.stream(values).map(word).toList());
    }
}
