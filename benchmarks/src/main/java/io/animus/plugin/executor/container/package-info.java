/** What the benchmarks need of the plugin from inside of it. */
@NullMarked
package io.animus.plugin.executor.container;

import org.jspecify.annotations.NullMarked;
