package io.animus.kernel.domain.run;

/**
 * Where the job of an attempt is, if it is anywhere.
 *
 * @param executor instance of the executor plugin that it was given to
 * @param dataPlane what that one calls the data plane: only there the absence of the job is proof
 */
public record Placement(String executor, String dataPlane) {}
