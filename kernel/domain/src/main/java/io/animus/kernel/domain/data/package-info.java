/** Datasets and their immutable versions. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain.data;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
