/** Archives of the hub with a part of its features: made, checked, compared and installed without a hub and without a network. */
@NullMarked
package io.animus.kernel.compose;

import org.jspecify.annotations.NullMarked;
