/**
 * The audit log as a transparency log: the Merkle tree of RFC 6962 over {@linkplain io.animus.kernel.audit.Leaf leaves}, and the
 * formats in which others read it: tiles, checkpoints, cosignatures and proofs of C2SP. Nothing here reads or writes a file
 * or a database.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.animus.kernel.audit.log;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
