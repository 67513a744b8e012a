/** Tests that drive the unpacked archive from outside, as an operator does. */
@NullMarked
package io.animus.itests.process;

import org.jspecify.annotations.NullMarked;
