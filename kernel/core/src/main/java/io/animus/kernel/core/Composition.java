package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.kernel.core.CompositionContents.TrustPolicy;
import io.animus.kernel.trust.Mode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * What this hub is made of now. Reading all jars takes a starting hub a moment, so it begins with the hub, on a thread of its
 * own; who needs the result waits for it, at most a minute. It is read again after each change. Safe for many threads.
 */
@Component(service = Composition.class, immediate = true)
public final class Composition implements SynchronousBundleListener {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int CHANGES = BundleEvent.INSTALLED
            | BundleEvent.RESOLVED
            | BundleEvent.UPDATED
            | BundleEvent.UNRESOLVED
            | BundleEvent.UNINSTALLED;

    private final Supplier<CompositionContents> reader;
    private Runnable closing = () -> {};
    private @Nullable FutureTask<CompositionContents> look;

    @Activate
    public Composition(
            BundleContext framework,
            @Reference(name = "configurations") ConfigurationAdmin configurations,
            @Reference(name = "trust") TrustMode trust) {
        this(new FrameworkContents(framework, configurations, trust::policy));
        framework.addBundleListener(this);
        var trusting = trust.whenChanged(this::forget);
        var configuring = framework.registerService(SynchronousConfigurationListener.class, event -> forget(), null);
        closing = () -> {
            trusting.run();
            configuring.unregister();
        };
        look();
    }

    /** @param reader called again after each change; it may be asked anew before it has answered */
    Composition(Supplier<CompositionContents> reader) {
        this.reader = reader;
    }

    /** That of no hub, with nothing in it; it does not change. */
    public static Composition none() {
        var nothing =
                CompositionContents.of(List.of(), List.of(), new TrustPolicy(Mode.ENFORCE.word(), List.of(), null));
        return new Composition(() -> nothing);
    }

    @Deactivate
    void close(BundleContext framework) {
        framework.removeBundleListener(this);
        closing.run();
        forget();
    }

    /** Names what is installed now; the same on two machines with the same bundles and configurations. */
    public Digest digest() {
        return contents().digest();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if ((event.getType() & CHANGES) != 0) {
            forget();
        }
    }

    /** What was read before a change is told to those who asked before it, and to nobody else. */
    private synchronized void forget() {
        look = null;
    }

    private synchronized FutureTask<CompositionContents> look() {
        var begun = look;
        if (begun == null) {
            begun = new FutureTask<>(reader::get);
            look = begun;
            var thread = new Thread(begun, "animus-composition");
            thread.setDaemon(true);
            thread.start();
        }
        return begun;
    }

    /**
     * What is installed now.
     *
     * @throws IllegalStateException if that can't be told
     */
    public CompositionContents contents() {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var begun = look();
            try {
                return begun.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                // A bundle that goes while it is read takes its jar with it; what is there then is read again.
                if (last() == begun) {
                    forget();
                    throw new IllegalStateException("can't tell what is installed", e);
                }
            } catch (TimeoutException e) {
                throw new IllegalStateException("can't tell what is installed", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the installed bundles are read", e);
            }
        }
    }

    /** Whether nothing is known that was changed since; asks without waiting. */
    boolean isStill(CompositionContents contents) {
        var last = last();
        try {
            return last != null && last.isDone() && last.get().digest().equals(contents.digest());
        } catch (ExecutionException | InterruptedException e) {
            return false;
        }
    }

    private synchronized @Nullable FutureTask<CompositionContents> last() {
        return look;
    }
}
