package io.animus.kernel.store.postgres;

import static java.util.stream.Collectors.toMap;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Resources;
import io.animus.kernel.domain.access.Reach;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the planning of a run asks, in one statement. */
public final class PlanningRepository {
    private static final String QUESTION =
            """
            select lock.digest, lock.content, version.definition,
                exists (select from code_ref where project_id = ? and commit_sha = ? and repository = ?),
                input.ids, input.digests, input.sizes, input.media_types
            from (select array_agg(id::text), array_agg(digest::text), array_agg(size::text), array_agg(media_type)
                from dataset_version where project_id = ? and id = any (?)%s) input (ids, digests, sizes, media_types)
            left join (environment_lock lock join environment_version version on version.id = lock.environment_version_id)
                on lock.project_id = ? and lock.id = ?""";
    private static final Prepared FACTS = new Prepared(QUESTION.formatted(""));
    private static final Prepared FACTS_REACHED = new Prepared(QUESTION.formatted(Guard.and("dataset_version.id")));

    private final Connection connection;

    PlanningRepository(Transaction tx) {
        connection = tx.connection();
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

    /**
     * What a draft refers to.
     *
     * @param environment null if the project has no such lock
     * @param inputs those that are dataset versions of the project, and reached
     * @param isCommitConfirmed whether an SCM host has confirmed the commit for this project before
     */
    public record Facts(
            @Nullable LockedEnvironment environment, Map<TypeId, InputVersion> inputs, boolean isCommitConfirmed) {}

    /** @param commit null if the draft names none */
    public Facts facts(
            TypeId project,
            Reach reach,
            TypeId lock,
            Collection<TypeId> inputs,
            String repository,
            @Nullable CommitSha commit) {
        Prepared.RowReader<Facts> reader = row -> new Facts(environment(lock, row), inputs(row), row.getBoolean(4));
        var sha = commit == null ? null : commit.value();
        var ids = List.copyOf(inputs);
        var found = reach.isAll()
                ? FACTS.find(connection, reader, project, sha, repository, project, ids, project, lock)
                : FACTS_REACHED.find(
                        connection, reader, project, sha, repository, project, ids, reach.datasets(), project, lock);
        return found.orElseThrow();
    }

    private static Map<TypeId, InputVersion> inputs(ResultSet row) throws SQLException {
        var ids = Prepared.textsOf(row, 5);
        var digests = Prepared.textsOf(row, 6);
        var sizes = Prepared.textsOf(row, 7);
        var mediaTypes = Prepared.textsOf(row, 8);
        return IntStream.range(0, ids.size())
                .mapToObj(i -> new InputVersion(
                        new TypeId(ids.get(i)),
                        new Digest(digests.get(i)),
                        Long.parseLong(sizes.get(i)),
                        mediaTypes.get(i)))
                .collect(toMap(InputVersion::id, Function.identity()));
    }

    private static @Nullable LockedEnvironment environment(TypeId lock, ResultSet row) throws SQLException {
        var digest = row.getString(1);
        return digest == null
                ? null
                : environment(lock, new Digest(digest), Prepared.json(row, 2), Prepared.json(row, 3));
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
