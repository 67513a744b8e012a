package io.animus.kernel.domain;

import io.animus.kernel.domain.access.Principal;
import java.time.Instant;

/** When and by whom something was made. */
public record Made(Instant at, Principal by) {}
