package io.animus.kernel.domain.run;

import org.jspecify.annotations.Nullable;

/** Which runs to list; null means any. */
public record RunFilter(@Nullable RunState state, @Nullable RunKind kind) {}
