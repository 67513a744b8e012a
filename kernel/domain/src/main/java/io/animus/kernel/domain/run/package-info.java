/** Runs: the frozen spec, the state machine, attempts, artifacts and the order of the queue. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain.run;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
