package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.ServiceAccount;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the first administrator in. On an empty database it makes the service account {@link #ACCOUNT} with one key and
 * leaves the key in a file that only the hub's user can read; {@code bin/animus} shows it once and removes it. Where the
 * component is active, that is done, by this hub or another one.
 */
@Component(service = Bootstrap.class, immediate = true)
public final class Bootstrap {
    /** The account that every hub begins with. */
    public static final Name ACCOUNT = new Name("bootstrap-admin");

    private static final String FILE = "bootstrap-admin.key";
    private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);

    private final Path folder;

    @Activate
    public Bootstrap(
            BundleContext bundle,
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "keys") ApiKeys keys) {
        this(database, trail, keys, Clock.systemUTC(), folder(bundle.getProperty("karaf.data")));
    }

    /** @param folder where the file with the key goes */
    Bootstrap(Database database, AuditTrail trail, ApiKeys keys, Clock clock, Path folder) {
        this.folder = folder;
        if (database.read(tx -> tx.serviceAccounts().find(ACCOUNT.value())).isEmpty()) {
            begin(database, trail, keys, clock);
        }
    }

    private void begin(Database database, AuditTrail trail, ApiKeys keys, Clock clock) {
        var written = new KeyFile(folder.resolve(FILE));
        try {
            var made = database.write(tx -> {
                var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
                var change = new Change(tx, Caller.hub("bootstrap"), null, trail, trail.ids(), now);
                var account = new ServiceAccount(
                        change.newId(ServiceAccount.PREFIX),
                        ACCOUNT,
                        "Made at the first start of this hub",
                        Set.of(SystemRole.PLATFORM_ADMIN),
                        change.made());
                // Of two hubs that start at once the second waits here, and then finds that all is done.
                if (!tx.serviceAccounts().insert(account)) {
                    return false;
                }
                change.audit(Action.SERVICE_ACCOUNT_CREATED, account.id(), ServiceAccounts.details(account));
                var created = keys.issue(change, account, "The first key of this hub", ApiKeys.MOST);
                written.write(created.secret());
                return true;
            });
            if (made) {
                LOG.info("Made the service account {}; its key is in {}", ACCOUNT, folder.resolve(FILE));
            }
        } catch (DatabaseUnavailableException e) {
            // Perhaps it was committed all the same: the file stays, and the next start finds out.
            throw e;
        } catch (RuntimeException e) {
            written.remove(e);
            throw e;
        }
    }

    private static Path folder(@Nullable String data) {
        if (data == null) {
            throw new IllegalStateException("karaf.data must name the folder for " + FILE);
        }
        return Path.of(data);
    }

    /** The file with the first key, written before the commit so that the key is never lost. */
    private static final class KeyFile {
        private final Path path;
        private boolean written;

        KeyFile(Path path) {
            this.path = path;
        }

        void write(String secret) {
            var onlyForTheHub = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try {
                if (Files.exists(path)) {
                    // The database knows no such account, so this is the key of another one, or of a start that failed.
                    Files.move(path, path.resolveSibling(FILE + ".stale"), REPLACE_EXISTING);
                }
                Files.createDirectories(path.toAbsolutePath().getParent());
                try (var file = FileChannel.open(path, Set.of(CREATE_NEW, WRITE), onlyForTheHub)) {
                    written = true;
                    var line = ByteBuffer.wrap((secret + "\n").getBytes(US_ASCII));
                    while (line.hasRemaining()) {
                        file.write(line);
                    }
                    file.force(true);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("can't write the first key to " + path, e);
            }
        }

        void remove(Exception cause) {
            if (written) {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    cause.addSuppressed(e);
                }
            }
        }
    }
}
