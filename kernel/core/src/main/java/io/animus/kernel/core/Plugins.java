package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.CheckedPackage.Judged;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.TrustStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Use cases of the plugins of this node, the one way in which they come and go: authorised, verified, done, and on record in the
 * same transaction as the decision; what can't be recorded is undone. Safe for many threads.
 */
@Component(service = Plugins.class)
public final class Plugins {
    private static final String TYPE = "plugin";

    private final Gate gate;
    private final PluginRecord record;
    private final PluginRuntime runtime;
    private final PluginConfigurations configurations;
    private final TrustMode trust;

    @Activate
    public Plugins(
            @Reference(name = "gate") Gate gate,
            @Reference(name = "record") PluginRecord record,
            @Reference(name = "runtime", policyOption = GREEDY) PluginRuntime runtime,
            @Reference(name = "configurations", policyOption = GREEDY) PluginConfigurations configurations,
            @Reference(name = "trust") TrustMode trust) {
        this.gate = gate;
        this.record = record;
        this.runtime = runtime;
        this.configurations = configurations;
        this.trust = trust;
    }

    /** All plugins of this node, by name. */
    public List<Installed> list(Caller caller) {
        authorise(caller, null, Permission.READ_PLUGINS);
        return runtime.all();
    }

    /**
     * Those plugins of this node that a filter wants.
     *
     * @param filter by {@link PluginFields}; null for all
     * @param descending whether the last name comes first
     */
    public List<Installed> list(Caller caller, @Nullable ListFilter filter, boolean descending) {
        var found = new ArrayList<>(list(caller));
        found.removeIf(plugin -> filter != null && !PluginFields.VALUES.holds(filter, plugin));
        if (descending) {
            Collections.reverse(found);
        }
        return found;
    }

    public Installed find(Caller caller, String name) {
        return gate.onRecord(caller, target(name), () -> {
            authorise(caller, name, Permission.READ_PLUGINS);
            return installed(name).orElseThrow(() -> RefusedException.notFound(TYPE));
        });
    }

    /** Asks whether the caller may change plugins, before a large body is taken in. */
    public void admit(Caller caller, @Nullable String name) {
        gate.onRecord(caller, target(name), () -> {
            authorise(caller, name, Permission.MANAGE_PLUGINS);
            if (name != null && runtime.versionOf(name).isEmpty()) {
                throw RefusedException.notFound(TYPE);
            }
            return caller;
        });
    }

    /** Plugins are asked after this, when no connection to the database is held. */
    private void authorise(Caller caller, @Nullable String name, Permission permission) {
        gate.readHub(caller, target(name), permission, tx -> caller);
    }

    /**
     * Installs a plugin.
     *
     * @param file a package, which is checked here; it may be removed after the return
     * @param consent digest of the permissions that the caller agrees to; null for none
     */
    public Answer<Installed> install(
            Caller caller, @Nullable Once<Installed> once, Path file, @Nullable Digest consent) {
        return gate.onRecord(
                caller, target(null), () -> install(caller, once, check(consent, judge(caller, null, file, false))));
    }

    private Answer<Installed> install(Caller caller, @Nullable Once<Installed> once, CheckedPackage checked) {
        return change(
                caller,
                once,
                Action.PLUGIN_INSTALLED,
                checked.name(),
                checked,
                () -> configurations.checked(checked.plugin(), runtime.install(checked.plugin())));
    }

    /**
     * Puts another version in a plugin's place; {@code file} as with {@link #install}.
     *
     * @param consent needed only if the new version asks for more
     */
    public Answer<Installed> update(
            Caller caller, @Nullable Once<Installed> once, String name, Path file, @Nullable Digest consent) {
        return gate.onRecord(
                caller,
                target(name),
                () -> update(caller, once, name, check(consent, judge(caller, name, file, false))));
    }

    private Answer<Installed> update(
            Caller caller, @Nullable Once<Installed> once, String name, CheckedPackage checked) {
        try {
            return change(
                    caller,
                    once,
                    Action.PLUGIN_UPDATED,
                    name,
                    checked,
                    () -> configurations.checked(checked.plugin(), runtime.update(name, checked.plugin())));
        } catch (RolledBackException e) {
            var why = String.valueOf(e.getMessage());
            record.record(
                    Action.PLUGIN_REVERTED,
                    name,
                    checked.details().put("reason", Json.clean(why)).build());
            throw PluginBundles.conflict("The new version was taken back, and the old one goes on: " + why + ".");
        }
    }

    /**
     * Whether a package can be {@linkplain #bring brought} now: no other plugin is being changed, and all is on record.
     *
     * @throws UnavailableException if nothing can be put on record, so that nothing may be done
     */
    boolean isAtRest() {
        return !runtime.isBusy() && record.isOpen();
    }

    /**
     * Installs a plugin or puts a newer version in its place, where nobody waits for an answer: every refusal is on record with its
     * reasons. Only what a publisher signed is let in, whatever the mode of trust. One at a time. A package that is installed already changes
     * nothing.
     *
     * @param file as with {@link #install}
     * @param consent as with {@link #install} and {@link #update}
     * @throws BusyException if something is in the way that passes
     */
    synchronized PluginManifest bring(Caller caller, Path file, @Nullable Digest consent) {
        return gate.onRecord(caller, target(null), () -> {
            var judged = judge(caller, null, file, true);
            var manifest = judged.plugin().manifest();
            var before = installed(manifest.name());
            if (before.filter(one -> manifest.digest().equals(one.packaged())).isPresent()) {
                return manifest;
            }
            try {
                var checked = check(consent, judged);
                before.ifPresent(one -> requireNewer(manifest.version(), one.version()));
                if (before.isEmpty()) {
                    install(caller, null, checked);
                } else {
                    update(caller, null, manifest.name(), checked);
                }
                return manifest;
            } catch (RefusedException e) {
                if (e.isPassing()) {
                    throw new BusyException(e);
                }
                recordRefusal(
                        caller,
                        manifest.name(),
                        e.violations().stream().map(Violation::detail).toList());
                throw e;
            }
        });
    }

    /**
     * Refuses what is no package, or comes with no right consent, on record with the reason.
     *
     * @return nothing, ever
     */
    <T> T refuse(Caller caller, String reason) {
        return gate.onRecord(caller, target(null), () -> {
            throw refused(caller, null, List.of(reason));
        });
    }

    /** Of several packages the newest is there in the end, in whatever order they come; and none takes a repair back. */
    private static void requireNewer(String version, String installed) {
        if (Version.parseVersion(version).compareTo(Version.parseVersion(installed)) <= 0) {
            throw PluginBundles.conflict("Version " + installed
                    + " is installed, which is not older. Over the API an older one can take its place.");
        }
    }

    public Answer<Installed> disable(Caller caller, @Nullable Once<Installed> once, String name) {
        return change(caller, once, Action.PLUGIN_DISABLED, name, null, () -> runtime.disable(name));
    }

    public Answer<Installed> enable(Caller caller, @Nullable Once<Installed> once, String name) {
        return change(caller, once, Action.PLUGIN_ENABLED, name, null, () -> {
            decidedMode(caller);
            return runtime.enable(name);
        });
    }

    /** Removes a plugin that came in a package; the answer is how it was. */
    public Answer<Installed> uninstall(Caller caller, @Nullable Once<Installed> once, String name) {
        return change(caller, once, Action.PLUGIN_REMOVED, name, null, () -> runtime.remove(name));
    }

    /** What was decided on another hub a moment ago holds here too. */
    private Mode decidedMode(Caller caller) {
        return gate.readHub(caller, target(null), Permission.MANAGE_PLUGINS, tx -> {
            var decided = tx.trust().decided();
            trust.learn(decided);
            return trust.whenDecided(decided).mode();
        });
    }

    /** @param isStrict whether nothing else is let in than what a publisher signed, whatever was decided */
    private Judged judge(Caller caller, @Nullable String name, Path file, boolean isStrict) {
        admit(caller, name);
        var strictness = isStrict ? Mode.ENFORCE : decidedMode(caller);
        try {
            var plugin = PackageReader.read(file);
            var verdict = TrustStore.read(trust.store()).judge(plugin);
            if (!verdict.isLetIn(strictness)) {
                throw refused(caller, plugin.manifest().name(), verdict.problems());
            }
            return new Judged(plugin, verdict, strictness);
        } catch (BrokenPackageException e) {
            throw refused(caller, name, e.problems());
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the package, or whom to trust for it", e);
        }
    }

    private CheckedPackage check(@Nullable Digest agreed, Judged judged) {
        var plugin = judged.plugin();
        var before = installed(plugin.manifest().name()).map(Installed::permissions);
        return new CheckedPackage(
                judged, Consent.require(before.orElse(Permissions.NONE), plugin.permissions(), agreed));
    }

    private void recordRefusal(Caller caller, @Nullable String name, List<String> problems) {
        var request = caller.request().requestId();
        record.record(
                Action.PLUGIN_REFUSED,
                name,
                Json.object()
                        .put("reasons", PluginRecord.reasons(problems))
                        .putIfPresent("request", request == null ? null : Json.clean(request))
                        .build());
    }

    private RefusedException refused(Caller caller, @Nullable String name, List<String> problems) {
        recordRefusal(caller, name, problems);
        return new RefusedException(problems.stream()
                .limit(16)
                .map(problem -> Violation.of(ProblemCode.INVALID_VALUE, problem))
                .toList());
    }

    /** Whatever takes long is done before and after the transaction, which would hold back the cover of everybody's events. */
    private Answer<Installed> change(
            Caller caller,
            @Nullable Once<Installed> once,
            Action action,
            String name,
            @Nullable CheckedPackage checked,
            Supplier<Step> work) {
        var first = answered(caller, once, name);
        if (first.isPresent()) {
            return first.get();
        }
        return gate.onRecord(caller, target(name), () -> {
            record.requireOpen();
            Step step;
            try {
                step = work.get();
            } catch (RefusedException e) {
                // What was in the way may be the work of a request under the same key that was done meanwhile.
                return answered(caller, once, name).orElseThrow(() -> e);
            }
            try (step) {
                return decide(caller, once, new Wish(action, name, checked), step);
            }
        });
    }

    private Optional<Answer<Installed>> answered(Caller caller, @Nullable Once<Installed> once, String name) {
        return gate.answeredInHub(caller, target(name), Permission.MANAGE_PLUGINS, once);
    }

    /** What is to be done to which plugin. */
    private record Wish(Action action, String name, @Nullable CheckedPackage checked) {
        Json.Members details(Optional<Installed> before) {
            var version = before.map(Installed::version).orElse(null);
            var details = checked == null
                    ? Json.object().putIfPresent("version", version)
                    : checked.details().putIfPresent("before", version);
            return details.build();
        }
    }

    private Answer<Installed> decide(Caller caller, @Nullable Once<Installed> once, Wish wish, Step step) {
        var before = installed(wish.name());
        var details = wish.details(before);
        var after = step.now().or(() -> before).orElseThrow();
        try {
            var answer = gate.changeHub(caller, target(wish.name()), Permission.MANAGE_PLUGINS, once, change -> {
                if (wish.checked() != null) {
                    trust.requireNoStricter(change.tx(), wish.checked().judged().mode());
                }
                var event = change.audit(wish.action(), new Resource(TYPE, wish.name(), null), details);
                step.decide(new Decision(event, wish.action(), wish.name(), details));
                return after;
            });
            if (answer instanceof Answer.Done<Installed>) {
                step.settle();
                runtime.remember(null);
                configurations.follow();
            }
            return answer;
        } catch (UnavailableException e) {
            if (e.mayBeDone()) {
                step.settle();
                record.doubt(runtime);
                configurations.follow();
            }
            throw e;
        }
    }

    private Optional<Installed> installed(String name) {
        return runtime.all().stream()
                .filter(plugin -> plugin.name().equals(name))
                .findFirst();
    }

    private static Target target(@Nullable String name) {
        return Target.inHub(TYPE, name);
    }
}
