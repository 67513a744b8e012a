/** What came from what. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain.lineage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
