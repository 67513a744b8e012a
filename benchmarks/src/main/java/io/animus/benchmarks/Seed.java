package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.core.Caller;
import io.animus.kernel.core.Ids;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.run.Retry;
import io.animus.kernel.domain.run.RunDraft;
import io.animus.kernel.domain.run.RunKind;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A project in which runs can be created: somebody with a key who may, a confirmed commit with its archive, a dataset
 * version, a locked environment, and a quota that stops nobody.
 *
 * @param secret of the API key
 */
record Seed(TypeId project, TypeId account, String secret, TypeId datasetVersion, TypeId environmentLock) {
    /** What the source archive and the dataset version hold. */
    static final byte[] CONTENT = "bench".getBytes(UTF_8);

    /** The image of all runs. */
    static final Digest IMAGE = Digest.of("image".getBytes(UTF_8));

    private static final String REPOSITORY = "https://scm.example.org/team/model.git";
    private static final CommitSha COMMIT = new CommitSha("c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00");

    /** Without the secret. */
    @Override
    public String toString() {
        return "Seed[project=" + project + "]";
    }

    /** Sows into a database that has the hub's tables. */
    static Seed sow(Connection hub) throws SQLException {
        var random = new SecureRandom();
        var ids = new Ids(Clock.systemUTC(), random);
        var bits = new byte[32];
        random.nextBytes(bits);
        var seed = new Seed(
                ids.next("prj"),
                ids.next("sa"),
                "ank_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits),
                ids.next("dsv"),
                ids.next("lck"));
        var rows = new Rows(hub, "system:hub");
        rows.insert("service_account", "id, name, system_roles", seed.account, "bench", new String[0]);
        rows.insert(
                "api_key",
                "id, service_account_id, secret_hash, expires_at",
                ids.next("key"),
                seed.account,
                Digest.sha256().digest(seed.secret.getBytes(US_ASCII)),
                OffsetDateTime.now(Clock.systemUTC()).plusDays(30));
        rows.insert(
                "project",
                "id, name, labels, quota, concurrent_runs, network_classes, plugins, status, updated_at",
                seed.project,
                "bench",
                Json.object().build(),
                Json.object()
                        .put("concurrentRuns", 100_000)
                        .put("cpu", "1000000")
                        .put("memory", "8000Ti")
                        .put("gpu", 0)
                        .build(),
                100_000,
                new String[0],
                Json.object().build(),
                "active",
                OffsetDateTime.now(Clock.systemUTC()));
        rows.insert(
                "role_binding",
                "id, project_id, subject, role",
                ids.next("rb"),
                seed.project,
                "serviceAccount:" + seed.account,
                "developer");
        seed.data(rows, ids);
        seed.environment(rows, ids);
        rows.insertBare(
                "code_ref",
                "project_id, repository, commit_sha, confirmed_at",
                seed.project,
                REPOSITORY,
                COMMIT.value(),
                OffsetDateTime.now(Clock.systemUTC()));
        rows.insertBare(
                "source_archive",
                "project_id, repository, commit_sha, digest, size, stored_at",
                seed.project,
                REPOSITORY,
                COMMIT.value(),
                Digest.of(CONTENT).value(),
                CONTENT.length,
                OffsetDateTime.now(Clock.systemUTC()));
        return seed;
    }

    private void data(Rows rows, Ids ids) throws SQLException {
        var dataset = ids.next("ds");
        rows.insert("dataset", "id, project_id, name, tags", dataset, project, "train", new String[0]);
        rows.insert(
                "dataset_version",
                "id, project_id, dataset_id, number, digest, size, media_type, columns, lineage_parents, retention_class",
                datasetVersion,
                project,
                dataset,
                1,
                Digest.of(CONTENT).value(),
                CONTENT.length,
                "text/csv",
                Json.array(List.of()),
                new String[0],
                "standard");
    }

    private void environment(Rows rows, Ids ids) throws SQLException {
        var environment = ids.next("env");
        var version = ids.next("envv");
        rows.insert("environment", "id, project_id, name", environment, project, "java");
        rows.insert(
                "environment_version",
                "id, project_id, environment_id, number, definition",
                version,
                project,
                environment,
                1,
                Json.object()
                        .put("resourceDefaults", resources("1", "1Gi", "1Gi", 256))
                        .put("resourceLimits", resources("8", "32Gi", "10Gi", 4096))
                        .put("networkClass", "none")
                        .build());
        var image = Json.object()
                .put("reference", "registry.example.org/java:17")
                .put("digest", IMAGE.value())
                .build();
        var content = Json.object().put("images", Json.array(List.of(image))).build();
        rows.insert(
                "environment_lock",
                "id, project_id, environment_id, environment_version_id, content, digest",
                environmentLock,
                project,
                environment,
                version,
                content,
                content.digest().value());
    }

    private static Json resources(String cpu, String memory, String storage, int pids) {
        return Json.object()
                .put("cpu", cpu)
                .put("memory", memory)
                .put("ephemeralStorage", storage)
                .put("pids", pids)
                .put("gpu", 0)
                .build();
    }

    /** Who may create runs here. */
    Caller caller() {
        var principal = new Principal(Principal.Kind.SERVICE_ACCOUNT, account.value());
        return new Caller(principal, "bench", Set.of(), null, "createRun", RequestContext.NONE);
    }

    /** What each run is asked for with. */
    RunDraft draft() {
        return new RunDraft(
                RunKind.PRODUCTION,
                new RunDraft.Code(REPOSITORY, COMMIT.value(), null, null),
                environmentLock,
                List.of(new RunDraft.Input(new Name("train"), datasetVersion)),
                List.of("train", "--data", "/in/train"),
                Map.of("epochs", "10", "learning_rate", "0.01"),
                7,
                new RunDraft.Wishes(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                "none",
                new Retry(1, Set.of()),
                3600,
                50,
                List.of("bench"),
                null);
    }

    /** The same wish as the body of a request. */
    byte[] body() {
        return """
                {"kind":"production","code":{"repository":"%s","commit":"%s"},"environmentLock":"%s",
                "inputs":[{"name":"train","datasetVersion":"%s"}],"command":["train","--data","/in/train"],
                "parameters":{"epochs":"10","learning_rate":"0.01"},"seed":7,"tags":["bench"]}"""
                .formatted(REPOSITORY, COMMIT.value(), environmentLock, datasetVersion)
                .getBytes(UTF_8);
    }
}
