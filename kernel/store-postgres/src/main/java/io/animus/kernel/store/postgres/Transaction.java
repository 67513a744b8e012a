package io.animus.kernel.store.postgres;

import io.animus.kernel.store.postgres.AuditRepository.Entry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The repositories, bound to one transaction. Valid only inside the work it was given to; not safe for several threads.
 *
 * <p>What is only ever inserted is kept until just before the commit and then written in one statement, audit events among
 * it: they are sealed then, and not when they are appended. Rows that tell of state go out earlier if anything else is asked
 * of the database meanwhile, so that a transaction sees what it did; audit events, the outbox and remembered answers don't.
 */
public final class Transaction implements AutoCloseable {
    private static final Settings SETTINGS = new Settings()
            .withExecuteLogging(false)
            .withRenderSchema(false)
            .withRenderCatalog(false)
            .withMapJPAAnnotations(false)
            .withReflectionCaching(true);

    private final Supplier<Connection> sessions;
    private final List<Supplier<Entry>> unsealed = new ArrayList<>();
    private final LateRows late = new LateRows();
    private final List<Consumer<End>> watchers = new ArrayList<>();
    private @Nullable Connection connection;
    private @Nullable DSLContext sql;

    /** How a transaction ended, as far as its hub knows. */
    public enum End {
        COMMITTED,
        ROLLED_BACK,
        /** The commit was asked for, and no answer came. */
        UNKNOWN
    }

    /** @param sessions asked once, for the connection, when something is first asked of the database */
    Transaction(Supplier<Connection> sessions) {
        this.sessions = sessions;
    }

    public AccessRepository access() {
        return new AccessRepository(this);
    }

    public ProjectRepository projects() {
        return new ProjectRepository(sql());
    }

    public RoleBindingRepository roleBindings() {
        return new RoleBindingRepository(sql());
    }

    public DatasetRepository datasets() {
        return new DatasetRepository(sql());
    }

    public DatasetVersionRepository datasetVersions() {
        return new DatasetVersionRepository(sql());
    }

    public UploadRepository uploads() {
        return new UploadRepository(sql());
    }

    public EnvironmentRepository environments() {
        return new EnvironmentRepository(sql());
    }

    public EnvironmentLockRepository environmentLocks() {
        return new EnvironmentLockRepository(sql());
    }

    public CompositionRepository compositions() {
        return new CompositionRepository(this);
    }

    public LineageRepository lineage() {
        return new LineageRepository(this);
    }

    public ServiceAccountRepository serviceAccounts() {
        return new ServiceAccountRepository(sql());
    }

    public ApiKeyRepository apiKeys() {
        return new ApiKeyRepository(sql());
    }

    public LineageGraphRepository lineageGraph() {
        return new LineageGraphRepository(sql());
    }

    public ModelRepository models() {
        return new ModelRepository(sql());
    }

    public ModelVersionRepository modelVersions() {
        return new ModelVersionRepository(sql());
    }

    public AuditRepository audit() {
        return new AuditRepository(this);
    }

    public DisclosureRepository disclosures() {
        return new DisclosureRepository(sql());
    }

    public AuditLogRepository auditLog() {
        return new AuditLogRepository(sql());
    }

    public AuditTreeRepository auditTree() {
        return new AuditTreeRepository(sql());
    }

    public CheckpointRepository checkpoints() {
        return new CheckpointRepository(sql());
    }

    public AuditNodeRepository auditNodes() {
        return new AuditNodeRepository(sql());
    }

    public FeedRepository feed() {
        return new FeedRepository(sql());
    }

    public SinkRepository sinks() {
        return new SinkRepository(sql());
    }

    public DeadLetterRepository deadLetters() {
        return new DeadLetterRepository(sql());
    }

    public WebhookRepository webhooks() {
        return new WebhookRepository(sql());
    }

    public DeliveryRepository deliveries() {
        return new DeliveryRepository(this);
    }

    public TrustRepository trust() {
        return new TrustRepository(sql());
    }

    public OutboxRepository outbox() {
        return new OutboxRepository(this);
    }

    public IdempotencyRepository idempotency() {
        return new IdempotencyRepository(this);
    }

    public RunRepository runs() {
        return new RunRepository(this);
    }

    public AttemptRepository attempts() {
        return new AttemptRepository(this);
    }

    public ArtifactRepository artifacts() {
        return new ArtifactRepository(this);
    }

    public CodeRepository code() {
        return new CodeRepository(sql());
    }

    public StoredObjectRepository storedObjects() {
        return new StoredObjectRepository(this);
    }

    public QueueRepository queue() {
        return new QueueRepository(this);
    }

    public PlanningRepository planning() {
        return new PlanningRepository(this);
    }

    /** For statements that are made as they are needed. */
    DSLContext sql() {
        var asked = connection();
        if (sql == null) {
            sql = DSL.using(asked, SQLDialect.POSTGRES, SETTINGS);
        }
        return sql;
    }

    /** For {@link Prepared} statements. */
    Connection connection() {
        var asked = session();
        late.writeState(asked);
        return asked;
    }

    private Connection session() {
        if (connection == null) {
            connection = sessions.get();
        }
        return connection;
    }

    /** Gives the connection back, if there is one. */
    @Override
    public void close() throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }

    /** For rows that can wait for the commit. */
    LateRows late() {
        return late;
    }

    void sealLate(Supplier<Entry> event) {
        unsealed.add(event);
    }

    /** Has somebody told how this transaction ended, by the thread that ran it. */
    public void whenOver(Consumer<End> watcher) {
        watchers.add(watcher);
    }

    void over(End end) {
        watchers.forEach(watcher -> watcher.accept(end));
    }

    /**
     * Writes all that has waited; the commit comes next.
     *
     * @throws AnswerTakenException if another transaction has kept an answer under the same idempotency key
     */
    void flush() {
        seal();
        if (late.write(session()) > 0) {
            throw new AnswerTakenException();
        }
    }

    /**
     * Writes all that has waited, with events that are sealed, in one statement that is a transaction of its own: if this is
     * so.
     *
     * @return whether it was so
     */
    boolean writeIf(Connection alone, Unchanged unchanged) {
        return late.writeIf(alone, unchanged);
    }

    /** Nothing comes between this and the commit but the one statement that writes the events. */
    void seal() {
        unsealed.forEach(event -> AuditRepository.write(event.get(), late));
        unsealed.clear();
    }

    /** Whether something waits to be written. */
    boolean hasUnwritten() {
        return !unsealed.isEmpty() || !late.isEmpty();
    }
}
