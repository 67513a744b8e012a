package io.animus.kernel.domain.run;

import io.animus.api.types.TypeId;
import java.time.Instant;

/**
 * A run just after its state or its reason to wait changed.
 *
 * @param number from 1, without gaps, for each run
 */
public record RunTransition(TypeId run, int number, Instant at, RunProgress progress) {}
