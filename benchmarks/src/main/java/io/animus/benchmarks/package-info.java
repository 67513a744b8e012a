/** Measures the hub against the raw limit or a peer, interleaved in one run. */
@NullMarked
package io.animus.benchmarks;

import org.jspecify.annotations.NullMarked;
