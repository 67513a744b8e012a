package io.animus.kernel.store.postgres;

import io.animus.api.database.DatabaseAccess;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the tables to the version that this bundle was written for. */
final class Migrations {
    private Migrations() {}

    static void apply(DatabaseAccess access) {
        var loader = Thread.currentThread().getContextClassLoader();
        try {
            // Flyway finds its own parts through the thread's class loader, which in OSGi doesn't know them.
            Thread.currentThread().setContextClassLoader(Migrations.class.getClassLoader());
            Flyway.configure(Migrations.class.getClassLoader())
                    .dataSource(
                            access.url(), access.owner().user(), access.owner().password())
                    .locations("classpath:db/migration")
                    .placeholders(Map.of("runtimeRole", access.runtime().user()))
                    .cleanDisabled(true)
                    .connectRetries(3)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new IllegalStateException("the database can't be brought up to date: " + e.getMessage(), e);
        } finally {
            Thread.currentThread().setContextClassLoader(loader);
        }
    }
}
