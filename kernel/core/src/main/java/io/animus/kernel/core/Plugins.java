package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginPackage;
import io.animus.kernel.trust.TrustStore;
import io.animus.kernel.trust.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Use cases of the plugins of this node, the one way in which they come and go: authorised, verified, done, and on record in the
 * same transaction; what can't be recorded is undone. Safe for many threads.
 */
@Component(service = Plugins.class, configurationPid = "io.animus.plugins.trust")
@Designate(ocd = Plugins.Config.class)
public final class Plugins {
    private static final String TYPE = "plugin";

    private final Gate gate;
    private final Database database;
    private final AuditTrail trail;
    private final PluginRuntime runtime;
    private final Path trust;
    private final Mode mode;

    /** Whose plugins are let in. */
    @ObjectClassDefinition(name = "Trust in plugins")
    public @interface Config {
        @AttributeDefinition(description = "enforce, warn or off")
        String mode() default "enforce";
    }

    @Activate
    public Plugins(
            BundleContext bundle,
            @Reference(name = "gate") Gate gate,
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "runtime", policyOption = GREEDY) PluginRuntime runtime,
            Config config) {
        this(
                gate,
                database,
                trail,
                runtime,
                Path.of(Objects.requireNonNull(bundle.getProperty("karaf.etc"), "karaf.etc"), "animus"),
                Mode.of(config.mode()));
    }

    /** @param trust the folder of the trust store and the revocation list */
    public Plugins(Gate gate, Database database, AuditTrail trail, PluginRuntime runtime, Path trust, Mode mode) {
        this.gate = gate;
        this.database = database;
        this.trail = trail;
        this.runtime = runtime;
        this.trust = trust;
        this.mode = mode;
    }

    /** All plugins of this node, by name. */
    public List<Installed> list(Caller caller) {
        return gate.readHub(caller, target(null), Permission.READ_PLUGINS, tx -> runtime.all());
    }

    public Installed find(Caller caller, String name) {
        return gate.readHub(caller, target(name), Permission.READ_PLUGINS, tx -> require(name));
    }

    /** Asks whether the caller may change plugins, before a large body is taken in. */
    public void admit(Caller caller, @Nullable String name) {
        gate.readHub(caller, target(name), Permission.MANAGE_PLUGINS, tx -> {
            if (name != null) {
                require(name);
            }
            return caller;
        });
    }

    /**
     * Installs a plugin.
     *
     * @param file a package, which is checked here; it may be removed after the return
     * @param consent digest of the permissions that the caller agrees to; null for none
     */
    public Answer<Installed> install(
            Caller caller, @Nullable Once<Installed> once, Path file, @Nullable Digest consent) {
        return gate.onRecord(caller, target(null), () -> {
            var checked = check(caller, null, file, consent);
            var name = checked.plugin().manifest().name();
            return change(
                    caller, once, Action.PLUGIN_INSTALLED, name, checked, () -> runtime.install(checked.plugin()));
        });
    }

    /**
     * Puts another version in a plugin's place; {@code file} as with {@link #install}.
     *
     * @param consent needed only if the new version asks for more
     */
    public Answer<Installed> update(
            Caller caller, @Nullable Once<Installed> once, String name, Path file, @Nullable Digest consent) {
        return gate.onRecord(caller, target(name), () -> {
            var checked = check(caller, name, file, consent);
            try {
                return change(
                        caller,
                        once,
                        Action.PLUGIN_UPDATED,
                        name,
                        checked,
                        () -> runtime.update(name, checked.plugin()));
            } catch (RolledBackException e) {
                var why = String.valueOf(e.getMessage());
                record(Action.PLUGIN_REVERTED, name, checked.details().put("reason", Json.clean(why)));
                throw PluginBundles.conflict("The new version was taken back, and the old one goes on: " + why + ".");
            }
        });
    }

    public Answer<Installed> disable(Caller caller, @Nullable Once<Installed> once, String name) {
        return change(caller, once, Action.PLUGIN_DISABLED, name, null, () -> runtime.disable(name));
    }

    public Answer<Installed> enable(Caller caller, @Nullable Once<Installed> once, String name) {
        return change(caller, once, Action.PLUGIN_ENABLED, name, null, () -> runtime.enable(name));
    }

    /** Removes a plugin that came in a package; the answer is how it was. */
    public Answer<Installed> uninstall(Caller caller, @Nullable Once<Installed> once, String name) {
        return change(caller, once, Action.PLUGIN_REMOVED, name, null, () -> runtime.remove(name));
    }

    /** A package that may come in. */
    private record Checked(PluginPackage plugin, Verdict verdict, Mode mode, Consent consent) {
        Json.Builder details() {
            var details = Json.object()
                    .put("version", plugin.manifest().version())
                    .put("package", plugin.manifest().digest().value())
                    .put(
                            "signedBy",
                            Json.texts(verdict.signers().stream()
                                    .map(Object::toString)
                                    .toList()))
                    .put("trust", mode.word());
            consent.describe(details);
            return details;
        }
    }

    private Checked check(Caller caller, @Nullable String name, Path file, @Nullable Digest agreed) {
        admit(caller, name);
        try {
            var plugin = PackageReader.read(file);
            var verdict = TrustStore.read(trust).judge(plugin);
            if (!verdict.isLetIn(mode)) {
                throw refused(plugin.manifest().name(), verdict.problems());
            }
            var before = installed(plugin.manifest().name()).map(Installed::permissions);
            var consent = Consent.require(before.orElse(Permissions.NONE), plugin.permissions(), agreed);
            return new Checked(plugin, verdict, mode, consent);
        } catch (BrokenPackageException e) {
            throw refused(name, e.problems());
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the package, or whom to trust for it", e);
        }
    }

    private RefusedException refused(@Nullable String name, List<String> problems) {
        var reasons = problems.stream().limit(16).map(Json::clean).toList();
        record(Action.PLUGIN_REFUSED, name, Json.object().put("reasons", Json.array(reasons)));
        return new RefusedException(problems.stream()
                .limit(16)
                .map(problem -> Violation.of(ProblemCode.INVALID_VALUE, problem))
                .toList());
    }

    /** What the hub itself did or kept from happening, whatever the request is answered. */
    private void record(Action action, @Nullable String name, Json.Builder details) {
        database.write(tx -> {
            var now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.MICROS);
            var change = new Change(tx, Caller.hub("plugins"), null, trail, trail.ids(), now);
            return change.audit(action, new Resource(TYPE, name, null), details.build());
        });
    }

    private Answer<Installed> change(
            Caller caller,
            @Nullable Once<Installed> once,
            Action action,
            String name,
            @Nullable Checked checked,
            Supplier<Step> work) {
        var done = new Done();
        try {
            var answer = gate.changeHub(caller, target(name), Permission.MANAGE_PLUGINS, once, change -> {
                var before = runtime.all().stream()
                        .filter(known -> known.name().equals(name))
                        .findFirst();
                var after = done.once(work).now();
                var shown = after.or(() -> before).orElseThrow();
                var details = checked == null
                        ? Json.object().put("version", shown.version())
                        : checked.details()
                                .putIfPresent(
                                        "before", before.map(Installed::version).orElse(null));
                change.audit(action, new Resource(TYPE, name, null), details.build());
                return shown;
            });
            done.settle();
            return answer;
        } catch (RuntimeException e) {
            done.undo();
            throw e;
        }
    }

    /** The step of one request, taken once however often its transaction is begun. */
    private static final class Done {
        private @Nullable Step step;

        Step once(Supplier<Step> work) {
            var taken = step;
            if (taken == null) {
                taken = work.get();
                step = taken;
            }
            return taken;
        }

        void settle() {
            Optional.ofNullable(step).ifPresent(Step::settle);
        }

        void undo() {
            Optional.ofNullable(step).ifPresent(Step::undo);
        }
    }

    private Installed require(String name) {
        return installed(name).orElseThrow(() -> RefusedException.notFound("plugin"));
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
