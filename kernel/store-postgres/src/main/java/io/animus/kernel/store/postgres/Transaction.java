package io.animus.kernel.store.postgres;

import org.jooq.DSLContext;

/** The repositories, bound to one transaction. Valid only inside the work it was given to; not safe for several threads. */
public final class Transaction {
    private final DSLContext sql;

    Transaction(DSLContext sql) {
        this.sql = sql;
    }

    public AccessRepository access() {
        return new AccessRepository(sql);
    }

    public ProjectRepository projects() {
        return new ProjectRepository(sql);
    }

    public RoleBindingRepository roleBindings() {
        return new RoleBindingRepository(sql);
    }

    public DatasetRepository datasets() {
        return new DatasetRepository(sql);
    }

    public DatasetVersionRepository datasetVersions() {
        return new DatasetVersionRepository(sql);
    }

    public UploadRepository uploads() {
        return new UploadRepository(sql);
    }

    public EnvironmentRepository environments() {
        return new EnvironmentRepository(sql);
    }

    public EnvironmentLockRepository environmentLocks() {
        return new EnvironmentLockRepository(sql);
    }

    public LineageRepository lineage() {
        return new LineageRepository(sql);
    }

    public ServiceAccountRepository serviceAccounts() {
        return new ServiceAccountRepository(sql);
    }

    public ApiKeyRepository apiKeys() {
        return new ApiKeyRepository(sql);
    }

    public LineageGraphRepository lineageGraph() {
        return new LineageGraphRepository(sql);
    }

    public ModelRepository models() {
        return new ModelRepository(sql);
    }

    public ModelVersionRepository modelVersions() {
        return new ModelVersionRepository(sql);
    }

    public AuditRepository audit() {
        return new AuditRepository(sql);
    }

    public OutboxRepository outbox() {
        return new OutboxRepository(sql);
    }

    public IdempotencyRepository idempotency() {
        return new IdempotencyRepository(sql);
    }

    public RunRepository runs() {
        return new RunRepository(sql);
    }

    public AttemptRepository attempts() {
        return new AttemptRepository(sql);
    }

    public ArtifactRepository artifacts() {
        return new ArtifactRepository(sql);
    }

    public CodeRepository code() {
        return new CodeRepository(sql);
    }

    public QueueRepository queue() {
        return new QueueRepository(sql);
    }

    public PlanningRepository planning() {
        return new PlanningRepository(sql);
    }

    DSLContext sql() {
        return sql;
    }
}
