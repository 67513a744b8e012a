package io.animus.kernel.core;

import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;

/** What a use case that only reads works with: the caller may see {@code project}. */
record Reading(Transaction tx, Project project, Instant now) {}
