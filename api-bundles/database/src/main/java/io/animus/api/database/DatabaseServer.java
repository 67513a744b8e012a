package io.animus.api.database;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A PostgreSQL server, 15 or later, that holds a database for the hub. Whoever registers this has it running when
 * {@link #access} returns, and stops it, if it is its own, when the service goes away.
 */
@ConsumerType
public interface DatabaseServer {

    /**
     * Starts the server where that is this plugin's to do, and says how to reach it. Repeated calls answer the same until
     * the server comes back elsewhere or with another password: the hub asks again when it can't reach the server any more.
     *
     * @throws IllegalStateException if it can't be started
     */
    DatabaseAccess access();
}
