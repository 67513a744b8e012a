package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.jline.reader.LineReader;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@code bin/animus shell} finds the shell: a socket in a folder that nobody but the hub's own user may enter. At most
 * {@link #MOST_SESSIONS} sessions at once, a thread each.
 */
@Component(service = ShellSocket.class, immediate = true)
public final class ShellSocket {
    static final int MOST_SESSIONS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** As whom Karaf knows whoever comes here; what commands do is decided by the API key. */
    private static final Subject OPERATOR =
            new Subject(true, Set.of(new RolePrincipal("operator")), Set.of(), Set.of());

    /** Lines that aren't kept: somebody typed a key where a command was to come. */
    private static final String KEYS = "*ank_*";

    /** Scopes of commands; {@code *} is that of {@code help} and {@code exit}. */
    private static final Set<String> OURS = Set.of("animus", Session.SCOPE_GLOBAL);

    private static final Logger LOG = LoggerFactory.getLogger(ShellSocket.class);

    private static final String CLOSED = "The shell stays closed: commands that aren't ours are in reach."
            + " etc/org.apache.karaf.command.acl.*.cfg must keep them away, as the feature animus-shell brings them.";

    private final SessionFactory factory;
    private final Path socket;
    private final ServerSocketChannel server;
    private final long patienceMillis;
    private final Set<SocketChannel> guests = ConcurrentHashMap.newKeySet();
    /** Ends the wait for greetings; when it is shut down the guests are closed anyhow. */
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1, work -> thread("animus-shell-clock", work), new ThreadPoolExecutor.DiscardPolicy());

    @Activate
    public ShellSocket(BundleContext bundle, @Reference(name = "factory") SessionFactory factory) throws IOException {
        this(
                factory,
                Path.of(Objects.requireNonNull(bundle.getProperty("karaf.data"), "karaf.data"))
                        .resolve("shell"),
                ServerSocketChannel.open(StandardProtocolFamily.UNIX),
                PATIENCE);
    }

    /**
     * @param folder of the socket, which is made if it isn't there
     * @param server not bound yet; closed with this
     * @param patience how long whoever comes may take to greet
     */
    ShellSocket(SessionFactory factory, Path folder, ServerSocketChannel server, Duration patience) throws IOException {
        this.factory = factory;
        this.server = server;
        patienceMillis = patience.toMillis();
        clock.setRemoveOnCancelPolicy(true);
        socket = folder.resolve("socket");
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            // What a hub left that was killed; the lock of the data folder keeps a second one away.
            Files.deleteIfExists(socket);
            server.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            server.close();
            throw new IOException("no shell at " + socket + ", whose path may be too long for a socket", e);
        }
        thread("animus-shell", this::accept).start();
    }

    @Deactivate
    void close() throws IOException {
        server.close();
        for (var guest : guests) {
            guest.close();
        }
        clock.shutdownNow();
        Files.deleteIfExists(socket);
    }

    private void accept() {
        var isWell = true;
        while (server.isOpen()) {
            try {
                admit(server.accept());
                isWell = true;
            } catch (ClosedChannelException e) {
                LOG.debug("the shell is closed", e);
            } catch (IOException e) {
                // The hub may have too many files open, for a while.
                if (isWell) {
                    LOG.error("The shell can't take a session in, and goes on trying", e);
                }
                isWell = false;
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void admit(SocketChannel guest) {
        if (guests.size() >= MOST_SESSIONS) {
            turnAway(guest, MOST_SESSIONS + " sessions are open, which is the most. Leave one of them.");
            return;
        }
        guests.add(guest);
        if (server.isOpen()) {
            thread("animus-shell-session", () -> receive(guest)).start();
        } else {
            // Whoever closed the shell may have looked for guests before this one was there.
            turnAway(guest, "The shell is closed.");
        }
    }

    private void turnAway(SocketChannel guest, String why) {
        try (guest) {
            ChannelStreams.out(guest).write((why + "\r\n").getBytes(UTF_8));
        } catch (IOException e) {
            LOG.debug("gone before being told: {}", why, e);
        } finally {
            guests.remove(guest);
        }
    }

    /** The outermost edge of a session. */
    private void receive(SocketChannel guest) {
        try (guest) {
            Subject.doAs(OPERATOR, (PrivilegedExceptionAction<Void>) () -> {
                serve(guest);
                return null;
            });
        } catch (PrivilegedActionException | IOException e) {
            // Whoever closes the window ends the session so.
            LOG.debug("a session of the shell was broken off", e);
        } catch (RuntimeException e) {
            LOG.error("a session of the shell failed", e);
        } finally {
            guests.remove(guest);
        }
    }

    private void serve(SocketChannel guest) throws IOException {
        var in = ChannelStreams.in(guest);
        var greeting = greeting(guest, in);
        var isServed = new AtomicBoolean();
        try (var screen = new Carrier(ChannelStreams.out(guest));
                var terminal = new SocketTerminal(greeting, in, screen);
                var out = new PrintStream(terminal.output(), true, UTF_8);
                var session = factory.create(
                        terminal.input(), out, out, terminal, UTF_8.name(), () -> end(screen, isServed))) {
            if (!isHeld(session)) {
                out.println(CLOSED);
                LOG.error(CLOSED);
                return;
            }
            session.currentDir(greeting.folder());
            session.put(LineReader.HISTORY_IGNORE, KEYS);
            Login.out(session);
            isServed.set(true);
            session.run();
        }
    }

    /** Before a session closes its terminal, which interrupts whoever reads from the guest and so closes that, too. */
    private static void end(Carrier screen, AtomicBoolean isServed) {
        try {
            if (isServed.get()) {
                screen.write(Greeting.END);
            }
        } catch (IOException e) {
            LOG.debug("gone before the end", e);
        }
    }

    /** Reads it while there is patience, and answers one that can't be. */
    private Greeting greeting(SocketChannel guest, InputStream in) throws IOException {
        var end = clock.schedule(() -> turnAway(guest, "No greeting came."), patienceMillis, TimeUnit.MILLISECONDS);
        try {
            return Greeting.read(in);
        } catch (IOException e) {
            turnAway(guest, "The shell stays closed: " + e.getMessage() + ".");
            throw e;
        } finally {
            end.cancel(false);
        }
    }

    /**
     * Whether commands that others bring along, and method calls of the shell's language, are out of reach. With them any bundle could
     * be installed, whoever is logged in.
     */
    private static boolean isHeld(Session session) {
        return session.getRegistry().getCommands().stream()
                        .map(Command::getScope)
                        .allMatch(OURS::contains)
                && isRefused(session, "shell:new java.lang.Object")
                && isRefused(session, "$.session getFactory");
    }

    private static boolean isRefused(Session session, String command) {
        try {
            session.execute(command);
            return false;
        } catch (Exception e) {
            LOG.trace("refused, as it should be: {}", command, e);
            return true;
        }
    }

    private static Thread thread(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
