/** What every part of the domain shares: how a request is refused, names and pages. */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.domain;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
