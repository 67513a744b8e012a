/** What a plugin asks for, as a resource of its main bundle says it. */
@Export
@Version("1.1.0")
@NullMarked
package io.animus.api.plugin.permission;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
