package io.animus.api.registry;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ImageReference;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A registry of container images that speaks the OCI distribution protocol.
 *
 * <p><b>Threads.</b> Calls come from many threads at once, may block, and are interrupted at the kernel's deadline.
 * <b>Repeats.</b> Every call only reads and may be repeated. <b>Errors.</b> Absence is an empty answer. The kernel
 * retries, never the plugin.
 */
@ConsumerType
public interface ImageRegistry {

    /** Whether this registry is the one to ask about {@code reference}. Answers at once, from configuration alone. */
    boolean serves(ImageReference reference);

    /**
     * The manifest that {@code reference} names now. When the reference carries a digest, that decides and the tag is
     * not looked at; what the registry sends is hashed and must match it.
     *
     * @return empty if the registry has no such image
     * @throws ExternalSystemException {@code REJECTED} if what came back isn't what its digest says or isn't a manifest,
     *     {@code DENIED} if the hub may not read it, {@code UNAVAILABLE} if the registry doesn't answer
     */
    Optional<ImageManifest> find(ImageReference reference);
}
