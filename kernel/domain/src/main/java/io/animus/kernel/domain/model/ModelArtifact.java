package io.animus.kernel.domain.model;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;

/**
 * An artifact as a model version is made of it.
 *
 * @param name path in the output folder of the run
 */
public record ModelArtifact(TypeId id, String name, Digest digest) {}
