/**
 * Values that every contract speaks: digests, commits, image references, ids, canonical JSON and the one failure type.
 * Each one checks itself when it is made, so a value that exists is well formed.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.types;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
