/** The forms in which entries of the audit log go out, the same whichever way they take. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.audit.format;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
