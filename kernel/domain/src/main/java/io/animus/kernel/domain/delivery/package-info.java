/** What leaves the hub: the audit log to sinks, domain events to webhooks. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain.delivery;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
