package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.DUPLICATE_NAME;
import static io.animus.kernel.domain.ProblemCode.FLOATING_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.INVALID_VALUE;
import static io.animus.kernel.domain.ProblemCode.LIMIT_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.QUOTA_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_COMMIT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.scm.ScmHost;
import io.animus.api.types.CommitSha;
import io.animus.api.types.ExternalSystemException;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Resources;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.CodeRef;
import io.animus.kernel.domain.run.RunDraft;
import io.animus.kernel.domain.run.RunEnvironment;
import io.animus.kernel.domain.run.RunInput;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.PlanningRepository.Facts;
import io.animus.kernel.store.postgres.PlanningRepository.LockedEnvironment;
import io.animus.kernel.store.postgres.Transaction;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Makes a frozen spec of what somebody wants to run, or says all that is wrong with it. */
@Component(service = RunPlanner.class)
public final class RunPlanner {
    /** What a job takes at the least, by the contract of executors. */
    private static final Quantity LEAST_CPU = Quantity.cpu("10m");

    private static final Quantity LEAST_MEMORY = Quantity.bytes("16Mi");
    private static final Quantity LEAST_STORAGE = Quantity.bytes("1Mi");

    private final Database database;
    private final Ports ports;
    private final Clock clock;
    private final KnownFacts known = new KnownFacts();

    @Activate
    public RunPlanner(@Reference(name = "database") Database database, @Reference(name = "ports") Ports ports) {
        this(database, ports, Clock.systemUTC());
    }

    RunPlanner(Database database, Ports ports, Clock clock) {
        this.clock = clock;
        this.database = database;
        this.ports = ports;
    }

    /**
     * What came of planning.
     *
     * @param spec null exactly if something is wrong
     */
    record Plan(@Nullable RunSpec spec, List<Violation> violations) {
        /** @throws RefusedException if something is wrong */
        RunSpec require() {
            if (spec == null) {
                throw new RefusedException(violations);
            }
            return spec;
        }
    }

    /** Plans against the present state; asks the SCM host only about a commit that was never confirmed before. */
    Plan plan(ProjectAccess access, RunDraft draft) {
        return plan(access.project(), draft, database.read(tx -> facts(tx, access, draft)));
    }

    /** Plans with what was read before. */
    Plan plan(Project project, RunDraft draft, Facts facts) {
        var wrong = new ArrayList<Violation>();
        var code = code(project, draft, facts.isCommitConfirmed(), wrong);
        var inputs = inputs(draft, facts, wrong);
        var environment = facts.environment();
        if (environment == null) {
            add(wrong, "/environmentLock", UNKNOWN_REFERENCE, "There is no such environment lock in this project.");
            return new Plan(null, wrong);
        }
        var resources = resources(draft.resources(), environment.defaults());
        checkSmallest(resources, wrong);
        checkLimits(resources, environment.limits(), wrong);
        checkQuota(project, resources, wrong);
        checkNetwork(project, draft.networkClass(), environment, wrong);
        if (!wrong.isEmpty() || code == null) {
            return new Plan(null, wrong);
        }
        var locked = new RunEnvironment(environment.lock(), environment.digest(), environment.image());
        return new Plan(
                new RunSpec(
                        draft.kind(),
                        code,
                        locked,
                        inputs,
                        draft.command(),
                        draft.parameters(),
                        draft.seed(),
                        resources,
                        draft.networkClass(),
                        draft.retry(),
                        draft.timeoutSeconds()),
                wrong);
    }

    /** What is wrong with a frozen spec now that quotas, limits and grants may have changed. */
    List<Violation> recheck(Transaction tx, ProjectAccess access, RunSpec spec) {
        var project = access.project();
        var facts = facts(tx, access, spec);
        var wrong = unreached(spec, facts);
        var environment = facts.environment();
        if (environment != null) {
            checkLimits(spec.resources(), environment.limits(), wrong);
            checkNetwork(project, spec.networkClass(), environment, wrong);
        }
        checkQuota(project, spec.resources(), wrong);
        return wrong;
    }

    /**
     * Looks again, in the transaction of the change, whether the caller may read the inputs; asks nothing where that can't
     * be otherwise.
     */
    static void requireReached(Change change, RunSpec spec) {
        if (change.rights().reach(Permission.DOWNLOAD_DATASET).isAll()) {
            return;
        }
        var wrong = unreached(spec, facts(change.tx(), change.access(), spec));
        if (!wrong.isEmpty()) {
            throw new RefusedException(wrong);
        }
    }

    private static List<Violation> unreached(RunSpec spec, Facts facts) {
        var wrong = new ArrayList<Violation>();
        for (var i = 0; i < spec.inputs().size(); i++) {
            if (!facts.inputs().containsKey(spec.inputs().get(i).datasetVersion())) {
                addUnknown(wrong, i);
            }
        }
        return wrong;
    }

    private static Facts facts(Transaction tx, ProjectAccess access, RunSpec spec) {
        return tx.planning()
                .facts(
                        access.project().id(),
                        access.rights().reach(Permission.DOWNLOAD_DATASET),
                        spec.environment().environmentLock(),
                        spec.inputs().stream().map(RunInput::datasetVersion).toList(),
                        "",
                        null);
    }

    /** What the database knows of what the draft refers to, as far as the caller may let a run read it. */
    Facts facts(Transaction tx, ProjectAccess access, RunDraft draft) {
        var reach = access.rights().reach(Permission.DOWNLOAD_DATASET);
        var question = KnownFacts.Question.of(access.project().id(), draft);
        return reach.isAll() ? known.find(question, () -> ask(tx, question, reach)) : ask(tx, question, reach);
    }

    private static Facts ask(Transaction tx, KnownFacts.Question about, Reach reach) {
        return tx.planning()
                .facts(about.project(), reach, about.lock(), about.inputs(), about.repository(), about.commit());
    }

    private @Nullable CodeRef code(Project project, RunDraft draft, boolean isConfirmed, List<Violation> wrong) {
        if (draft.kind() == RunKind.PRODUCTION && draft.inputs().isEmpty()) {
            add(wrong, "/inputs", INVALID_VALUE, "A production run reads at least one dataset version.");
        }
        var code = draft.code();
        if (draft.kind() == RunKind.PRODUCTION && code.ref() != null) {
            var detail = "A production run names its commit in full, not a branch or tag.";
            add(wrong, "/code/ref", FLOATING_REFERENCE, detail);
            return null;
        }
        if (code.ref() == null && !CommitSha.isFull(String.valueOf(code.commit()))) {
            add(wrong, "/code/commit", INVALID_VALUE, "A commit is named by all of its 40 or 64 hex digits.");
            return null;
        }
        try {
            var repository = new URI(code.repository());
            var commit = code.ref() == null
                    ? confirmed(project, code, repository, isConfirmed, wrong)
                    : resolved(project, code, repository, wrong);
            return commit == null ? null : new CodeRef(code.repository(), commit, code.path());
        } catch (URISyntaxException e) {
            add(wrong, "/code/repository", INVALID_VALUE, "This is not a URL.");
        } catch (ExternalSystemException e) {
            wrong.add(PluginFailures.violation("/code/repository", UNKNOWN_COMMIT, e));
        } catch (RefusedException e) {
            wrong.addAll(e.violations());
        }
        return null;
    }

    private @Nullable CommitSha confirmed(
            Project project, RunDraft.Code code, URI repository, boolean isConfirmed, List<Violation> wrong) {
        var commit = new CommitSha(String.valueOf(code.commit()));
        if (isConfirmed) {
            return commit;
        }
        if (!ports.scm(
                project.plugins().scm(), repository, Ports.LONG, (ScmHost host) -> host.contains(repository, commit))) {
            add(wrong, "/code/commit", UNKNOWN_COMMIT, "The repository has no such commit.");
            return null;
        }
        return remember(project, code, commit);
    }

    private @Nullable CommitSha resolved(Project project, RunDraft.Code code, URI repository, List<Violation> wrong) {
        var ref = String.valueOf(code.ref());
        var commit = ports.scm(
                project.plugins().scm(), repository, Ports.LONG, (ScmHost host) -> host.resolve(repository, ref));
        if (commit.isEmpty()) {
            add(wrong, "/code/ref", UNKNOWN_COMMIT, "The repository has no such branch or tag.");
            return null;
        }
        return remember(project, code, commit.get());
    }

    private CommitSha remember(Project project, RunDraft.Code code, CommitSha commit) {
        return database.write(tx -> {
            tx.code().confirm(project.id(), code.repository(), commit, clock.instant());
            return commit;
        });
    }

    private static List<RunInput> inputs(RunDraft draft, Facts facts, List<Violation> wrong) {
        var inputs = new ArrayList<RunInput>();
        var names = new HashSet<Name>();
        for (var i = 0; i < draft.inputs().size(); i++) {
            var wanted = draft.inputs().get(i);
            var found = facts.inputs().get(wanted.datasetVersion());
            if (found == null) {
                addUnknown(wrong, i);
            } else {
                inputs.add(new RunInput(wanted.name(), found.id(), found.digest(), found.size(), found.mediaType()));
            }
            if (wanted.name().value().equals(JobBuilder.CODE)) {
                add(wrong, "/inputs/" + i + "/name", INVALID_VALUE, "The name code is taken by the code itself.");
            }
            if (!names.add(wanted.name())) {
                add(wrong, "/inputs/" + i + "/name", DUPLICATE_NAME, "Another input has this name.");
            }
        }
        return inputs;
    }

    private static Resources resources(RunDraft.Wishes wishes, Resources defaults) {
        return new Resources(
                wishes.cpu().orElse(defaults.cpu()),
                wishes.memory().orElse(defaults.memory()),
                wishes.ephemeralStorage().orElse(defaults.ephemeralStorage()),
                wishes.pids().orElse(defaults.pids()),
                wishes.gpu().orElse(0));
    }

    /** What is too small for any executor, which is better said now than by a run that never starts. */
    private static void checkSmallest(Resources asked, List<Violation> wrong) {
        checkSmallest("cpu", asked.cpu(), LEAST_CPU, wrong);
        checkSmallest("memory", asked.memory(), LEAST_MEMORY, wrong);
        checkSmallest("ephemeralStorage", asked.ephemeralStorage(), LEAST_STORAGE, wrong);
    }

    private static void checkSmallest(String name, Quantity asked, Quantity least, List<Violation> wrong) {
        if (asked.compareTo(least) < 0) {
            add(wrong, "/resources/" + name, INVALID_VALUE, "It takes at least " + least + ", not " + asked + ".");
        }
    }

    private static void checkLimits(Resources asked, Resources limits, List<Violation> wrong) {
        checkLimit("cpu", asked.cpu(), limits.cpu(), wrong);
        checkLimit("memory", asked.memory(), limits.memory(), wrong);
        checkLimit("ephemeralStorage", asked.ephemeralStorage(), limits.ephemeralStorage(), wrong);
        if (asked.pids() > limits.pids()) {
            add(wrong, "/resources/pids", LIMIT_EXCEEDED, "The environment allows " + limits.pids() + ".");
        }
        if (asked.gpu() > limits.gpu()) {
            add(wrong, "/resources/gpu", LIMIT_EXCEEDED, "The environment allows " + limits.gpu() + ".");
        }
    }

    private static void checkLimit(String name, Quantity asked, Quantity limit, List<Violation> wrong) {
        if (asked.compareTo(limit) > 0) {
            add(
                    wrong,
                    "/resources/" + name,
                    LIMIT_EXCEEDED,
                    "The environment allows " + limit + ", not " + asked + ".");
        }
    }

    private static void checkQuota(Project project, Resources asked, List<Violation> wrong) {
        var quota = project.quota();
        if (quota.concurrentRuns() == 0) {
            add(wrong, "", QUOTA_EXCEEDED, "The quota of the project lets no run start.");
        }
        if (asked.cpu().compareTo(quota.cpu()) > 0) {
            add(wrong, "/resources/cpu", QUOTA_EXCEEDED, "The whole project has " + quota.cpu() + ".");
        }
        if (asked.memory().compareTo(quota.memory()) > 0) {
            add(wrong, "/resources/memory", QUOTA_EXCEEDED, "The whole project has " + quota.memory() + ".");
        }
        if (asked.gpu() > quota.gpu()) {
            add(wrong, "/resources/gpu", QUOTA_EXCEEDED, "The whole project has " + quota.gpu() + ".");
        }
    }

    private static void checkNetwork(
            Project project, String asked, LockedEnvironment environment, List<Violation> wrong) {
        var isGranted = asked.equals("none")
                || asked.equals(environment.networkClass())
                        && project.networkClasses().contains(asked);
        if (!isGranted) {
            add(
                    wrong,
                    "/networkClass",
                    UNKNOWN_REFERENCE,
                    "This network class is not the environment's, or not granted to the project.");
        }
    }

    private static void addUnknown(List<Violation> wrong, int input) {
        var detail = "There is no such dataset version in this project, or none that you may read.";
        add(wrong, "/inputs/" + input + "/datasetVersion", UNKNOWN_REFERENCE, detail);
    }

    private static void add(List<Violation> wrong, String pointer, ProblemCode code, String detail) {
        wrong.add(Violation.at(pointer, code, detail));
    }
}
