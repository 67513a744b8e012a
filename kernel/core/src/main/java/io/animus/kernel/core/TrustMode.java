package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.core.CompositionContents.TrustPolicy;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.trust.TrustProposal;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.TrustStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How strict this node is about who made a plugin, when one comes and at every start, and whom it trusts. It is as strict as can
 * be until it has learned what was decided. Safe for many threads.
 */
@Component(service = TrustMode.class, configurationPid = "io.animus.plugins.trust")
@Designate(ocd = TrustMode.Config.class)
public final class TrustMode {
    /** The file whose word can be above a decision; for people. */
    static final String FILE = "etc/io.animus.plugins.trust.cfg";

    private static final Logger LOG = LoggerFactory.getLogger(TrustMode.class);

    private final Path store;
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile Wish wish;
    private volatile @Nullable Optional<Mode> decided;
    /** The number of that decision. */
    private int newest;

    private TrustPolicy told;

    /** Whose plugins are let in. */
    @ObjectClassDefinition(name = "Trust in plugins")
    public @interface Config {
        @AttributeDefinition(description = "enforce, warn or off; empty is what was decided. Never laxer than that")
        String mode() default "";

        @AttributeDefinition(
                description = "For machines of those who write plugins: mode holds as long as nobody has decided")
        boolean development() default false;
    }

    /** Who says which mode it is. */
    public enum Source {
        /** Nobody: it is as strict as can be. */
        NOBODY,
        DECISION,
        /** The configuration of this node. */
        FILE
    }

    /**
     * What the configuration says.
     *
     * @param mode null for whatever is decided
     * @param development whether {@code mode} may be laxer, as long as nobody has decided
     */
    private record Wish(@Nullable Mode mode, boolean development) {
        static Wish of(Config config) {
            return new Wish(config.mode().isEmpty() ? null : Mode.of(config.mode()), config.development());
        }
    }

    /** The mode, and who says so. */
    public record InForce(Mode mode, Source source) {}

    @Activate
    public TrustMode(BundleContext bundle, Config config) {
        this(Path.of(Objects.requireNonNull(bundle.getProperty("karaf.etc"), "karaf.etc"), "animus"), Wish.of(config));
    }

    /**
     * As the configuration has it.
     *
     * @param store the folder of the trust store and the revocation list
     * @param file null for whatever is decided
     * @param development whether {@code file} may be laxer, as long as nobody has decided
     */
    TrustMode(Path store, @Nullable Mode file, boolean development) {
        this(store, new Wish(file, development));
    }

    private TrustMode(Path store, Wish wish) {
        this.store = store;
        this.wish = wish;
        this.told = policy();
    }

    /** In place: half of the hub would start anew with this component. */
    @Modified
    void wishAnew(Config config) {
        wish = Wish.of(config);
        say(inForce());
        look();
    }

    /** Of a machine where plugins are written, and nobody has decided anything. */
    public static TrustMode ofDevelopment(Path store, Mode mode) {
        var trust = new TrustMode(store, mode, true);
        trust.learn(Optional.empty());
        return trust;
    }

    /** The folder of the trust store and the revocation list. */
    Path store() {
        return store;
    }

    Mode mode() {
        return inForce().mode();
    }

    InForce inForce() {
        var known = decided;
        return known == null ? new InForce(Mode.ENFORCE, Source.NOBODY) : inForce(known);
    }

    /** What holds here once this is what was decided last. */
    InForce whenDecided(Optional<TrustProposal> decision) {
        return inForce(decision.map(one -> Mode.of(one.mode())));
    }

    /**
     * Makes sure that what was judged by this mode still is: nobody decides otherwise before the transaction is over.
     *
     * @throws RefusedException {@code STATE_CONFLICT} if the mode is stricter by now
     */
    void requireNoStricter(Transaction tx, Mode judged) {
        if (judged == Mode.ENFORCE) {
            return;
        }
        tx.trust().lock();
        if (whenDecided(tx.trust().decided()).mode().compareTo(judged) < 0) {
            throw PluginBundles.conflict("The mode of trust became stricter meanwhile. Try again.");
        }
    }

    private InForce inForce(Optional<Mode> known) {
        var mode = known.orElse(Mode.ENFORCE);
        var said = wish;
        var file = said.mode();
        if (file != null && (file.compareTo(mode) < 0 || (said.development() && known.isEmpty() && file != mode))) {
            return new InForce(file, Source.FILE);
        }
        return new InForce(mode, known.isEmpty() ? Source.NOBODY : Source.DECISION);
    }

    /** Whether the configuration makes this node laxer than anybody has decided. */
    boolean isLoosened() {
        var known = decided;
        return known != null && known.isEmpty() && mode() != Mode.ENFORCE;
    }

    /**
     * Has somebody told of each change of what {@link #policy} says.
     *
     * @return ends that
     */
    Runnable whenChanged(Runnable watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /**
     * Takes in what was decided last, as the database says; empty if nothing ever was. What somebody read before the last decision and
     * tells late is left alone.
     */
    void learn(Optional<TrustProposal> decision) {
        synchronized (this) {
            var number = decision.map(TrustProposal::number).orElse(0);
            if (number < newest) {
                return;
            }
            var before = inForce();
            var isFirst = decided == null;
            newest = number;
            decided = decision.map(one -> Mode.of(one.mode()));
            var now = inForce();
            if (isFirst || !before.equals(now)) {
                say(now);
            }
        }
        look();
    }

    private void say(InForce now) {
        var file = wish.mode();
        if (isLoosened()) {
            LOG.warn(
                    "The mode of trust is {}: {} says so for development, and nobody has decided it. Plugins are let in that no"
                            + " publisher has signed",
                    now.mode().word(),
                    FILE);
        } else if (file != null && file.compareTo(now.mode()) > 0) {
            LOG.warn(
                    "The mode of trust is {}. {} asks for {}, which takes a decision of two",
                    now.mode().word(),
                    FILE,
                    file.word());
        } else {
            LOG.info("The mode of trust is {} ({})", now.mode().word(), now.source());
        }
    }

    /** Looks whether anything is otherwise that decides about plugins, the files of the trust store among it. */
    void look() {
        var now = policy();
        synchronized (this) {
            if (now.equals(told)) {
                return;
            }
            told = now;
        }
        watchers.forEach(Runnable::run);
    }

    /** What decides now which plugins are let in. */
    TrustPolicy policy() {
        var mode = mode().word();
        try {
            var trusted = TrustStore.read(store);
            var revoked = Json.texts(trusted.revoked().stream().sorted().toList());
            return new TrustPolicy(
                    mode,
                    trusted.publishers().stream()
                            .map(key -> key.vkey())
                            .sorted()
                            .toList(),
                    revoked.digest());
        } catch (IOException e) {
            return new TrustPolicy(mode, List.of(), null);
        }
    }
}
