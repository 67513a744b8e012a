/**
 * Audit events, and the leaves by which the log commits to them. The format is written down in docs/audit/leaf.md.
 *
 * <p>Exported for the other bundles of the kernel alone; the build refuses a plugin that depends on it.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.audit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
