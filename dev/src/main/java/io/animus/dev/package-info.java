/** The program behind {@code ./animus dev}. */
@NullMarked
package io.animus.dev;

import org.jspecify.annotations.NullMarked;
