package io.animus.kernel.guard;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.animus.api.plugin.permission.Permissions;
import io.animus.kernel.guard.Denial.Use;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One bundle of a plugin, what it may see and provide, and what it was denied so far. Safe for many threads. */
final class HeldPlugin {
    private static final int MAX_DENIALS = 64;

    private final String name;
    private final String version;
    private final Set<String> sees;
    private final Set<String> provides;
    private final Set<Denial> denied = ConcurrentHashMap.newKeySet();

    HeldPlugin(String name, String version, Permissions permissions) {
        this.name = name;
        this.version = version;
        this.sees = Stream.concat(permissions.business().sees().stream(), Basics.SEEN_BY_ALL.stream())
                .collect(toUnmodifiableSet());
        this.provides = Set.copyOf(permissions.business().provides());
    }

    /** Whether it names one of the interfaces of a service. */
    boolean sees(Collection<String> interfaces) {
        return interfaces.stream().anyMatch(sees::contains);
    }

    /** The interfaces of a service of its own that it does not name. One is enough to hide the service. */
    List<String> unnamed(Collection<String> interfaces) {
        return interfaces.stream().filter(one -> !provides.contains(one)).toList();
    }

    void deny(Use use, String service, Consumer<Denial> told) {
        var denial = new Denial(name, version, use, service);
        if (denied.size() > MAX_DENIALS || denied.contains(denial)) {
            return;
        }
        var shown = denied.size() == MAX_DENIALS ? new Denial(name, version, use, Denial.FURTHER) : denial;
        if (denied.add(shown)) {
            told.accept(shown);
        }
    }
}
