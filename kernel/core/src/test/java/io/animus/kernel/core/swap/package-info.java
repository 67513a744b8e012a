/** What tests put into bundles. */
@NullMarked
package io.animus.kernel.core.swap;

import org.jspecify.annotations.NullMarked;
