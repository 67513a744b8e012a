/**
 * Stands between plugins and the registry of services: a plugin sees and provides what its permissions name. A safety belt for
 * code that the operator trusts, no sandbox.
 *
 * <p>Exported for {@code core} alone, which puts on record what was denied; the build refuses a plugin that depends on it.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.guard;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
