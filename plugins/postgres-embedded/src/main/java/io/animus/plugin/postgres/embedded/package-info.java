/** The database that needs no setup: a PostgreSQL server of the hub's own. */
@NullMarked
package io.animus.plugin.postgres.embedded;

import org.jspecify.annotations.NullMarked;
