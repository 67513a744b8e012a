/** How strict the hub is about who made a plugin, and who decides that. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain.trust;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
