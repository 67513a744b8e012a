/** What is put into the bundles that are swapped. */
@NullMarked
package io.animus.benchmarks.swap;

import org.jspecify.annotations.NullMarked;
