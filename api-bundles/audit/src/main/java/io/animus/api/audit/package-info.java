/**
 * Receivers of the audit log as the kernel sees them. {@link io.animus.api.audit.AuditSink} is implemented by plugins; a
 * method added to it is a major change.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.audit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
