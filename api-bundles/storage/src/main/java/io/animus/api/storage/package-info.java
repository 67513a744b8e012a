/**
 * Content-addressed object stores as the kernel sees them. {@link io.animus.api.storage.ObjectStore} is implemented by
 * plugins; a method added to it is a major change.
 */
@Export
@Version("1.1.0")
@NullMarked
package io.animus.api.storage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
