/**
 * What a plugin says of itself, and the one way in which plugins start and stop Camel.
 * {@link io.animus.api.plugin.Plugin} is implemented by plugins; a method added to it is a major change.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.plugin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
