/** Who may do what: principals, roles, permissions, API keys. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain.access;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
