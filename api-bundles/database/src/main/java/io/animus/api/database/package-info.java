/**
 * Where the hub's PostgreSQL is. {@link io.animus.api.database.DatabaseServer} is implemented by plugins; a method added
 * to it is a major change.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.database;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
