package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.DATASET_VERSION;
import static io.animus.kernel.store.postgres.generated.Tables.ENVIRONMENT_LOCK;
import static io.animus.kernel.store.postgres.generated.Tables.ENVIRONMENT_VERSION;
import static java.util.stream.Collectors.toMap;

import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Resources;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;

/** What the planning of a run asks, each in one statement. */
public final class PlanningRepository {
    private final DSLContext sql;

    PlanningRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * A locked environment, as far as a run needs it.
     *
     * @param image by digest; the first of the lock
     * @param networkClass that its runs may ask for besides none
     */
    public record LockedEnvironment(
            TypeId lock,
            Digest digest,
            ImageReference image,
            Resources defaults,
            Resources limits,
            String networkClass) {}

    /** A dataset version, as far as a run needs it. */
    public record InputVersion(TypeId id, Digest digest, long size, String mediaType) {}

    public Optional<LockedEnvironment> findEnvironment(TypeId project, TypeId lock) {
        return sql.select(ENVIRONMENT_LOCK.DIGEST, ENVIRONMENT_LOCK.CONTENT, ENVIRONMENT_VERSION.DEFINITION)
                .from(ENVIRONMENT_LOCK)
                .join(ENVIRONMENT_VERSION)
                .on(ENVIRONMENT_VERSION.ID.eq(ENVIRONMENT_LOCK.ENVIRONMENT_VERSION_ID))
                .where(ENVIRONMENT_LOCK.PROJECT_ID.eq(project).and(ENVIRONMENT_LOCK.ID.eq(lock)))
                .fetchOptional(row -> environment(lock, row.value1(), row.value2(), row.value3()));
    }

    /** Those of {@code ids} that are dataset versions of the project. */
    public Map<TypeId, InputVersion> findInputs(TypeId project, Collection<TypeId> ids) {
        return sql
                .select(DATASET_VERSION.ID, DATASET_VERSION.DIGEST, DATASET_VERSION.SIZE, DATASET_VERSION.MEDIA_TYPE)
                .from(DATASET_VERSION)
                .where(DATASET_VERSION.PROJECT_ID.eq(project).and(DATASET_VERSION.ID.in(ids)))
                .fetch(row -> new InputVersion(row.value1(), row.value2(), row.value3(), row.value4()))
                .stream()
                .collect(toMap(InputVersion::id, Function.identity()));
    }

    private static LockedEnvironment environment(TypeId lock, Digest digest, Json content, Json definition) {
        var image = new JsonMembers(
                new JsonMembers(content).list("images", Function.identity()).get(0));
        var reference = ImageReference.parse(image.text("reference")).at(new Digest(image.text("digest")));
        var version = new JsonMembers(definition);
        return new LockedEnvironment(
                lock,
                digest,
                reference,
                Resources.of(version.required("resourceDefaults")),
                Resources.of(version.required("resourceLimits")),
                version.text("networkClass"));
    }
}
