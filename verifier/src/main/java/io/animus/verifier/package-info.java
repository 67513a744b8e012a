/**
 * {@code animus-verify}: judges an exported audit log, or the proof of one event, with public keys and nothing else. Needs
 * the JDK alone, shares no code with the hub, opens no connection. The formats are those of docs/audit/format.md.
 *
 * <p>Where to begin: {@link io.animus.verifier.LogVerifier} for a log, {@link io.animus.verifier.ProofVerifier} for a proof.
 */
package io.animus.verifier;
