/** The REST API: what {@code openapi.yaml} says, and nothing else. It speaks with {@code core} alone. */
@NullMarked
package io.animus.kernel.rest;

import org.jspecify.annotations.NullMarked;
