package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.ROLE_BINDING;
import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.project.About;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.project.Quota;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Table {@code project}. */
public final class ProjectRepository {
    /** In the order in which {@link #project(ResultSet, int)} takes them. */
    static final String COLUMNS = "project.id, project.name, project.title, project.description, project.labels,"
            + " project.quota, project.network_classes, project.plugins, project.status, project.created_at, project.created_by,"
            + " project.updated_at, project.version";

    /** How many {@link #COLUMNS} there are. */
    static final int WIDTH = 13;

    private static final Columns LIST = Columns.of(
            ListFields.PROJECTS,
            Map.of(
                    "name", PROJECT.NAME,
                    "title", PROJECT.TITLE,
                    "networkClasses", PROJECT.NETWORK_CLASSES,
                    "status", PROJECT.STATUS,
                    "createdBy.id", Columns.idOf(PROJECT.CREATED_BY),
                    "createdAt", PROJECT.CREATED_AT,
                    "updatedAt", PROJECT.UPDATED_AT),
            Key.id(PROJECT.ID),
            Key.name(PROJECT.NAME));

    private final DSLContext sql;

    ProjectRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores a new project; returns false if the name is taken. */
    public boolean insert(Project project) {
        return sql.insertInto(PROJECT)
                        .set(PROJECT.ID, project.id())
                        .set(PROJECT.NAME, project.name())
                        .set(PROJECT.TITLE, project.about().title())
                        .set(PROJECT.DESCRIPTION, project.about().description())
                        .set(PROJECT.LABELS, labels(project.about().labels()))
                        .set(PROJECT.QUOTA, quota(project.quota()))
                        .set(PROJECT.CONCURRENT_RUNS, project.quota().concurrentRuns())
                        .set(PROJECT.NETWORK_CLASSES, project.networkClasses().toArray(String[]::new))
                        .set(PROJECT.PLUGINS, plugins(project.plugins()))
                        .set(PROJECT.STATUS, word(project.status()))
                        .set(PROJECT.CREATED_AT, project.made().at())
                        .set(PROJECT.CREATED_BY, project.made().by())
                        .set(PROJECT.UPDATED_AT, project.updated())
                        .set(PROJECT.VERSION, project.version())
                        .onConflict(PROJECT.NAME)
                        .doNothing()
                        .execute()
                == 1;
    }

    /** Stores a changed project; returns false if it was changed by somebody else since it was read. */
    public boolean update(Project project) {
        return sql.update(PROJECT)
                        .set(PROJECT.TITLE, project.about().title())
                        .set(PROJECT.DESCRIPTION, project.about().description())
                        .set(PROJECT.LABELS, labels(project.about().labels()))
                        .set(PROJECT.QUOTA, quota(project.quota()))
                        .set(PROJECT.CONCURRENT_RUNS, project.quota().concurrentRuns())
                        .set(PROJECT.NETWORK_CLASSES, project.networkClasses().toArray(String[]::new))
                        .set(PROJECT.PLUGINS, plugins(project.plugins()))
                        .set(PROJECT.STATUS, word(project.status()))
                        .set(PROJECT.UPDATED_AT, project.updated())
                        .set(PROJECT.VERSION, project.version())
                        .where(PROJECT.ID.eq(project.id()).and(PROJECT.VERSION.eq(project.version() - 1)))
                        .execute()
                == 1;
    }

    /** Which instances of plugins serve a project that there is. */
    public PluginBindings plugins(TypeId project) {
        return plugins(sql.select(PROJECT.PLUGINS)
                .from(PROJECT)
                .where(PROJECT.ID.eq(project))
                .fetchSingle()
                .value1());
    }

    /** The projects in the whole of which {@code subject} has a role, or all of them. */
    public Page<Project> page(PageRequest request, Principal subject, boolean all) {
        var visible = all
                ? noCondition()
                : PROJECT.ID.in(select(ROLE_BINDING.PROJECT_ID)
                        .from(ROLE_BINDING)
                        .where(ROLE_BINDING.SUBJECT.eq(subject).and(ROLE_BINDING.OBJECT_ID.isNull())));
        return Paging.page(
                sql.select(PROJECT.fields()).from(PROJECT),
                new Scan(sql, PROJECT, visible, LIST),
                request,
                ProjectRepository::project);
    }

    static Project project(Record row) {
        return new Project(
                row.get(PROJECT.ID),
                row.get(PROJECT.NAME),
                new About(row.get(PROJECT.TITLE), row.get(PROJECT.DESCRIPTION), labels(row.get(PROJECT.LABELS))),
                quota(row.get(PROJECT.QUOTA)),
                Arrays.asList(row.get(PROJECT.NETWORK_CLASSES)),
                plugins(row.get(PROJECT.PLUGINS)),
                status(row.get(PROJECT.STATUS)),
                new Made(row.get(PROJECT.CREATED_AT), row.get(PROJECT.CREATED_BY)),
                row.get(PROJECT.UPDATED_AT),
                row.get(PROJECT.VERSION));
    }

    /** @param from the first of {@link #COLUMNS} */
    static Project project(ResultSet row, int from) throws SQLException {
        return new Project(
                new TypeId(row.getString(from)),
                new Name(row.getString(from + 1)),
                new About(row.getString(from + 2), row.getString(from + 3), labels(Prepared.json(row, from + 4))),
                quota(Prepared.json(row, from + 5)),
                Prepared.textsOf(row, from + 6),
                plugins(Prepared.json(row, from + 7)),
                status(row.getString(from + 8)),
                new Made(
                        Objects.requireNonNull(Prepared.instant(row, from + 9)),
                        Principal.parse(row.getString(from + 10))),
                Objects.requireNonNull(Prepared.instant(row, from + 11)),
                row.getLong(from + 12));
    }

    private static Project.Status status(String word) {
        return Project.Status.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static String word(Project.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static Json labels(Map<String, String> labels) {
        var object = Json.object();
        labels.forEach(object::put);
        return object.build();
    }

    private static Map<String, String> labels(Json labels) {
        return ((Json.Members) labels)
                .members().entrySet().stream()
                        .collect(toMap(Map.Entry::getKey, e -> ((Json.Text) e.getValue()).value()));
    }

    private static Json quota(Quota quota) {
        return Json.object()
                .put("concurrentRuns", quota.concurrentRuns())
                .put("cpu", quota.cpu().text())
                .put("memory", quota.memory().text())
                .put("gpu", quota.gpu())
                .build();
    }

    private static Json plugins(PluginBindings plugins) {
        return Json.object()
                .putIfPresent("scm", plugins.scm())
                .putIfPresent("registry", plugins.registry())
                .putIfPresent("executor", plugins.executor())
                .putIfPresent("storage", plugins.storage())
                .build();
    }

    static PluginBindings plugins(Json plugins) {
        var members = new JsonMembers(plugins);
        return new PluginBindings(
                members.findText("scm").orElse(null),
                members.findText("registry").orElse(null),
                members.findText("executor").orElse(null),
                members.findText("storage").orElse(null));
    }

    static Quota quota(Json quota) {
        var members = new JsonMembers(quota);
        return new Quota(
                members.integer("concurrentRuns"),
                Quantity.cpu(members.text("cpu")),
                Quantity.bytes(members.text("memory")),
                members.integer("gpu"));
    }
}
