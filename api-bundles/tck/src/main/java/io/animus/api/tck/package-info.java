/** What every implementation of a port must do, as tests to inherit: one interface per port. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.tck;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
