/**
 * The kernel's truth in PostgreSQL: one {@link io.animus.kernel.store.postgres.Database}, transactions on it, and a
 * repository for each aggregate. Nothing outside this bundle knows SQL.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.store.postgres;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
