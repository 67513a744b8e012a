/** Opens the parts of the kernel that only its own package reaches. */
@NullMarked
package io.animus.kernel.core;

import org.jspecify.annotations.NullMarked;
