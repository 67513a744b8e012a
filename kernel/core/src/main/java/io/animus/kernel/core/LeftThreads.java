package io.animus.kernel.core;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that plugins have left running after their stop. A plugin has those that were started in its start or in a call to it, and
 * those that run nothing but its code. Nothing can end a thread from outside, so they are named. Safe for many threads.
 */
@Component(service = LeftThreads.class)
public final class LeftThreads {
    private static final Logger LOG = LoggerFactory.getLogger(LeftThreads.class);
    private static final Pattern LAMBDA = Pattern.compile("\\$\\$Lambda.*");
    private static final Duration SOON = Duration.ofSeconds(2);
    /** Where plugins are stopped one after the other, they share a look: each makes the whole hub stand still for a moment. */
    private static final Duration SHARED = Duration.ofMillis(250);

    private static final Duration IDLE = Duration.ofSeconds(10);

    private final Map<String, Start> starts = new ConcurrentHashMap<>();
    private final Queue<Stopped> stopped = new ConcurrentLinkedQueue<>();
    private final Collection<Stopped> left = new ConcurrentLinkedQueue<>();
    private final ScheduledThreadPoolExecutor looks = new ScheduledThreadPoolExecutor(1, LeftThreads::thread);

    /** The newest start of a plugin. What its versions run looks the same, but not all of it was there before. */
    private record Start(long bundle, Set<Thread> before) {}

    /** @param since as {@link System#nanoTime} */
    private record Stopped(
            Bundle bundle, String name, WeakReference<ClassLoader> classes, Set<Thread> suspects, long since) {

        boolean isOver(Duration time, long now) {
            return now - since >= time.toNanos();
        }

        /** Which of these are its own. */
        List<Running> of(List<Running> threads) {
            var loader = classes.get();
            var isBack = (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0;
            if (loader == null || isBack) {
                return List.of();
            }
            var known = new HashMap<String, Boolean>();
            return threads.stream().filter(one -> isOf(loader, one, known)).toList();
        }

        private boolean isOf(ClassLoader loader, Running one, Map<String, Boolean> known) {
            return one.thread().getContextClassLoader() == loader
                    || one.thread().getClass().getClassLoader() == loader
                    || (suspects.contains(one.thread())
                            && one.began()
                                    .filter(name -> known.computeIfAbsent(name, some -> isOf(loader, some)))
                                    .isPresent());
        }

        private static boolean isOf(ClassLoader loader, String className) {
            try {
                return Class.forName(className, false, loader).getClassLoader() == loader;
            } catch (ClassNotFoundException | LinkageError | IllegalStateException e) {
                return false;
            }
        }
    }

    /**
     * A thread as it is seen in a look.
     *
     * @param began the class of the first code that it runs; the hub's threads run code of plugins too, but began elsewhere. Empty if
     *     it runs none but the JDK's
     */
    private record Running(Thread thread, Optional<String> began, String place) {
        static Running of(Thread thread, StackTraceElement[] stack) {
            var began = PortWork.code(stack)
                    .reduce((inner, outer) -> outer)
                    .map(frame -> LAMBDA.matcher(frame.getClassName()).replaceFirst(""));
            return new Running(thread, began, PortWork.place(stack));
        }

        /** All that there are. The stacks are taken at once: one by one each would stop all others. */
        static List<Running> all() {
            return Thread.getAllStackTraces().entrySet().stream()
                    .map(one -> of(one.getKey(), one.getValue()))
                    .toList();
        }
    }

    public LeftThreads() {
        // Its thread ends when there is nothing to look at, so nobody need close this.
        looks.setKeepAliveTime(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        looks.allowCoreThreadTimeOut(true);
    }

    /** A plugin is about to start. */
    void starts(Bundle plugin) {
        starts.put(plugin.getSymbolicName(), new Start(plugin.getBundleId(), weak(all())));
    }

    /** A plugin is about to stop; a little later it should have no thread. */
    void stops(Bundle plugin) {
        var wiring = plugin.adapt(BundleWiring.class);
        if (wiring == null || wiring.getClassLoader() == null) {
            return;
        }
        var newest = starts.get(plugin.getSymbolicName());
        var suspects = all();
        if (newest != null) {
            var isNewest = newest.bundle() == plugin.getBundleId();
            suspects.removeIf(thread -> isNewest == newest.before().contains(thread));
        }
        var one = new Stopped(
                plugin,
                plugin.getSymbolicName() + " " + plugin.getVersion(),
                new WeakReference<>(wiring.getClassLoader()),
                weak(suspects),
                System.nanoTime());
        stopped.add(one);
        looks.schedule(this::lookAtDue, SOON.plus(SHARED).toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is left now: a sentence for each version of a plugin. */
    List<String> found() {
        if (left.isEmpty()) {
            return List.of();
        }
        var threads = Running.all();
        left.removeIf(one -> one.of(threads).isEmpty());
        return left.stream()
                .map(one -> one.name() + " was stopped and has left threads that go on")
                .toList();
    }

    /** Looks at all that were stopped long enough ago, if an earlier look has not done so. */
    private void lookAtDue() {
        var now = System.nanoTime();
        var oldest = stopped.peek();
        if (oldest == null || !oldest.isOver(SOON.plus(SHARED), now)) {
            return;
        }
        var threads = Running.all();
        for (var next = oldest; next != null && next.isOver(SOON, now); next = stopped.peek()) {
            stopped.remove();
            look(next, next.of(threads));
        }
    }

    private void look(Stopped one, List<Running> threads) {
        if (!threads.isEmpty()) {
            left.add(one);
            var names = threads.stream()
                    .map(each -> each.thread().getName() + each.place())
                    .toList();
            LOG.warn(
                    "{} was stopped and has left threads that go on until the hub is started again: {}",
                    one.name(),
                    names);
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-left-threads");
        thread.setDaemon(true);
        // The first look is asked for wherever a plugin is stopped, and the thread must not become that plugin's.
        thread.setContextClassLoader(LeftThreads.class.getClassLoader());
        return thread;
    }

    private static Set<Thread> weak(Collection<Thread> threads) {
        var weak = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<Thread, Boolean>()));
        weak.addAll(threads);
        return weak;
    }

    private static List<Thread> all() {
        var group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        // There may be more than it thinks.
        var threads = new Thread[group.activeCount() * 2 + 16];
        var count = group.enumerate(threads);
        return new ArrayList<>(Arrays.asList(threads).subList(0, count));
    }
}
