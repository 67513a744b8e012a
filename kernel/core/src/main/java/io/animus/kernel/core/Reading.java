package io.animus.kernel.core;

import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;

/** What a use case that only reads works with: the caller may see {@code access}'s project, or something of it. */
record Reading(Transaction tx, ProjectAccess access, Instant now) {
    Project project() {
        return access.project();
    }

    Rights rights() {
        return access.rights();
    }
}
