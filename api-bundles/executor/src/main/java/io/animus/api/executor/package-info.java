/**
 * The data plane as the kernel sees it. {@link io.animus.api.executor.JobExecutor} is implemented by plugins; a method
 * added to it is a major change. User code runs behind this contract and nowhere else.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.executor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
