/**
 * Packages of plugins: how one is packed, read and signed, and whom the operator trusts for what is in it.
 *
 * <p>Exported for the other bundles of the kernel alone; the build refuses a plugin that depends on it.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.trust;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
