package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;
import static io.animus.kernel.domain.ProblemCode.LIMIT_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violations;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.environment.Definition;
import io.animus.kernel.domain.environment.Environment;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.Transaction;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of environments and their versions. Safe for many threads. */
@Component(service = Environments.class)
public final class Environments {
    private static final String TYPE = "environment";

    private final Gate gate;

    @Activate
    public Environments(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /** What somebody wants as an environment. */
    public record Draft(Name name, @Nullable String description) {}

    /** Makes an environment without a version. */
    public Answer<Environment> create(Caller caller, @Nullable Once<Environment> once, String project, Draft draft) {
        var target = Target.inProject(project, TYPE, draft.name().value());
        return gate.change(caller, target, Permission.WRITE, once, change -> {
            var active = change.project().requireActive();
            var environment = new Environment(
                    change.newId(Environment.PREFIX),
                    active.id(),
                    draft.name(),
                    draft.description(),
                    null,
                    change.made());
            if (!change.tx().environments().insert(environment)) {
                throw RefusedException.at(
                        "/name", ALREADY_EXISTS, "There is an environment " + draft.name() + " already.");
            }
            var details = Json.object().put("name", draft.name().value()).build();
            change.audit(Action.ENVIRONMENT_CREATED, environment.id(), details);
            return environment;
        });
    }

    /** @param environment id or name */
    public Environment find(Caller caller, String project, String environment) {
        return gate.read(
                caller,
                target(project, environment),
                Permission.READ,
                reading -> require(reading.tx(), reading.project(), environment));
    }

    public Page<Environment> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, target(project, null), Permission.READ, reading -> reading.tx()
                .environments()
                .page(reading.project().id(), page));
    }

    /**
     * Adds a version.
     *
     * @param environment id or name
     */
    public Answer<EnvironmentVersion> addVersion(
            Caller caller,
            @Nullable Once<EnvironmentVersion> once,
            String project,
            String environment,
            Definition definition) {
        return gate.change(caller, target(project, environment), Permission.WRITE, once, change -> {
            var of = require(change.tx(), change.project(), environment);
            requireFit(change.project().requireActive(), definition);
            var number = change.tx().environments().nextNumber(of.id());
            var version = new EnvironmentVersion(
                    change.newId(EnvironmentVersion.PREFIX), of.project(), of.id(), number, definition, change.made());
            change.tx().environments().insert(version);
            var details = Json.object()
                    .put("environment", of.id().value())
                    .put("number", number)
                    .build();
            change.audit(Action.ENVIRONMENT_VERSION_CREATED, version.id(), details);
            return version;
        });
    }

    /**
     * Finds one version.
     *
     * @param environment id or name
     * @param version id or number
     */
    public EnvironmentVersion findVersion(Caller caller, String project, String environment, String version) {
        var target = Target.inProject(project, "environmentVersion", version);
        return gate.read(caller, target, Permission.READ, reading -> {
            var of = require(reading.tx(), reading.project(), environment);
            return reading.tx()
                    .environments()
                    .findVersion(of.id(), version)
                    .orElseThrow(() -> RefusedException.notFound("environment version"));
        });
    }

    /** @param environment id or name */
    public Page<EnvironmentVersion> listVersions(Caller caller, String project, String environment, PageRequest page) {
        return gate.read(caller, target(project, environment), Permission.READ, reading -> {
            var of = require(reading.tx(), reading.project(), environment);
            return reading.tx().environments().pageOfVersions(of.id(), page);
        });
    }

    private static Environment require(Transaction tx, Project project, String environment) {
        return tx.environments().find(project.id(), environment).orElseThrow(() -> RefusedException.notFound(TYPE));
    }

    private static void requireFit(Project project, Definition definition) {
        var network = definition.networkClass();
        var violations = new Violations();
        violations.check(
                network.equals(Definition.NO_NETWORK)
                        || project.networkClasses().contains(network),
                "/networkClass",
                UNKNOWN_REFERENCE,
                "The project has no network class " + network + ".");
        var defaults = definition.resourceDefaults();
        var limits = definition.resourceLimits();
        requireWithin(violations, "cpu", defaults.cpu().compareTo(limits.cpu()));
        requireWithin(violations, "memory", defaults.memory().compareTo(limits.memory()));
        requireWithin(
                violations, "ephemeralStorage", defaults.ephemeralStorage().compareTo(limits.ephemeralStorage()));
        requireWithin(violations, "pids", Integer.compare(defaults.pids(), limits.pids()));
        requireWithin(violations, "gpu", Integer.compare(defaults.gpu(), limits.gpu()));
        violations.refuseIfAny();
    }

    private static void requireWithin(Violations violations, String resource, int comparison) {
        violations.check(
                comparison <= 0,
                "/resourceDefaults/" + resource,
                LIMIT_EXCEEDED,
                "The default of " + resource + " is above its limit.");
    }

    private static Target target(String project, @Nullable String environment) {
        return Target.inProject(project, TYPE, environment);
    }
}
