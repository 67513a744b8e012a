package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.CODE_REF;
import static io.animus.kernel.store.postgres.generated.Tables.SOURCE_ARCHIVE;
import static io.animus.kernel.store.postgres.generated.Tables.STORED_OBJECT;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Tables {@code code_ref} and {@code source_archive}: commits that were confirmed, and their trees in the object store. */
public final class CodeRepository {
    private final DSLContext sql;

    CodeRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * The archive of a commit's tree.
     *
     * @param store the object store that got it last, as {@code technology.instance}; null for the first there is
     */
    public record StoredArchive(Digest digest, long size, @Nullable String store) {}

    public void confirm(TypeId project, String repository, CommitSha commit, Instant now) {
        sql.insertInto(CODE_REF)
                .set(CODE_REF.PROJECT_ID, project)
                .set(CODE_REF.REPOSITORY, repository)
                .set(CODE_REF.COMMIT_SHA, commit.value())
                .set(CODE_REF.CONFIRMED_AT, now)
                .onConflictDoNothing()
                .execute();
    }

    public Optional<StoredArchive> findArchive(TypeId project, String repository, CommitSha commit) {
        var store = select(STORED_OBJECT.STORE)
                .from(STORED_OBJECT)
                .where(STORED_OBJECT.PROJECT_ID.eq(SOURCE_ARCHIVE.PROJECT_ID))
                .and(STORED_OBJECT.DIGEST.eq(SOURCE_ARCHIVE.DIGEST))
                .orderBy(STORED_OBJECT.STORED_AT.desc(), STORED_OBJECT.STORE.desc())
                .limit(1);
        return sql.select(SOURCE_ARCHIVE.DIGEST, SOURCE_ARCHIVE.SIZE, field(store))
                .from(SOURCE_ARCHIVE)
                .where(SOURCE_ARCHIVE.PROJECT_ID.eq(project))
                .and(SOURCE_ARCHIVE.COMMIT_SHA.eq(commit.value()))
                .and(SOURCE_ARCHIVE.REPOSITORY.eq(repository))
                .fetchOptional(row -> new StoredArchive(row.value1(), row.value2(), row.value3()));
    }

    public void insertArchive(TypeId project, String repository, CommitSha commit, StoredArchive archive, Instant now) {
        sql.insertInto(SOURCE_ARCHIVE)
                .set(SOURCE_ARCHIVE.PROJECT_ID, project)
                .set(SOURCE_ARCHIVE.REPOSITORY, repository)
                .set(SOURCE_ARCHIVE.COMMIT_SHA, commit.value())
                .set(SOURCE_ARCHIVE.DIGEST, archive.digest())
                .set(SOURCE_ARCHIVE.SIZE, archive.size())
                .set(SOURCE_ARCHIVE.STORED_AT, now)
                .onConflictDoNothing()
                .execute();
    }
}
