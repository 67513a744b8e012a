/**
 * The use cases of the hub. Each one authorises, decides, and writes state, audit and outbox in one transaction; whoever
 * serves them over a protocol decides nothing.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.core;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
