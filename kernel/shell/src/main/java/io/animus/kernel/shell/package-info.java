/**
 * Commands of Karaf's shell, and the socket at which an operator reaches it. Each command is as thin as an operation of REST: it
 * speaks with {@code core} alone, and decides nothing. Karaf makes commands with no arguments and sets their annotated fields, so
 * those are the one place with field injection.
 */
@NullMarked
package io.animus.kernel.shell;

import org.jspecify.annotations.NullMarked;
