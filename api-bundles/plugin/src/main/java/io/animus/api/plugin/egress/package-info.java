/**
 * What leaves the hub for hosts that the hub doesn't trust: connections that end at a deadline, the guard over where they
 * may go, signed messages in HTTP, and the secrets to sign with.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.api.plugin.egress;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
