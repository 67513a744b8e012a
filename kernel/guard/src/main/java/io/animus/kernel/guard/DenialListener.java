package io.animus.kernel.guard;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told what was denied to plugins; registered as a service by who puts it on record. */
@ConsumerType
public interface DenialListener {
    /**
     * Called for one denial after the other, from one thread, which may be kept waiting. What was denied while nobody listened
     * comes then, the oldest thousand.
     *
     * @throws RuntimeException if it could not be put on record; the same denial comes again after some seconds
     */
    void denied(Denial denial);
}
