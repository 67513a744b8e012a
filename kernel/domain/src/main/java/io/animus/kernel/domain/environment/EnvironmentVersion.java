package io.animus.kernel.domain.environment;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;

/**
 * What an environment says, for ever.
 *
 * @param number from 1, dense within the environment
 */
public record EnvironmentVersion(
        TypeId id, TypeId project, TypeId environment, int number, Definition definition, Made made) {
    /** What ids of environment versions start with. */
    public static final String PREFIX = "envv";

    public EnvironmentVersion {
        if (number < 1) {
            throw new IllegalArgumentException("versions are numbered from 1, not " + number);
        }
    }
}
