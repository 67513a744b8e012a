package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_DISCLOSURE;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_EVENT;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.audit.DetachedDetail;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.audit.Leaf;
import io.animus.kernel.audit.SealedEvent;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Principal;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code audit_event} and {@code audit_disclosure}. Events are only ever inserted, with the change that they
 * record; the tables refuse anything else.
 */
public final class AuditRepository {
    private static final Table<Record> WITH_VALUES =
            AUDIT_EVENT.leftJoin(AUDIT_DISCLOSURE).on(AUDIT_DISCLOSURE.EVENT_ID.eq(AUDIT_EVENT.ID));

    private static final Columns COLUMNS = Columns.of(
            ListFields.AUDIT_EVENTS,
            Map.of(
                    "time", AUDIT_EVENT.AT,
                    "actor.kind", Columns.kindOf(AUDIT_DISCLOSURE.ACTOR),
                    "actor.subject", Columns.idOf(AUDIT_DISCLOSURE.ACTOR),
                    "action", AUDIT_EVENT.ACTION,
                    "resource.id", AUDIT_EVENT.RESOURCE_ID,
                    "resource.project", AUDIT_EVENT.PROJECT_ID,
                    "outcome", AUDIT_EVENT.OUTCOME),
            Key.id(AUDIT_EVENT.ID));

    private final Transaction tx;

    AuditRepository(Transaction tx) {
        this.tx = tx;
    }

    /**
     * Which events to read; null means any.
     *
     * @param auditor only events of projects in which this one is an auditor; null also lets through events of no project
     * @param subject the id of the principal that acted
     * @param from first moment
     * @param to first moment after
     */
    public record Filter(
            @Nullable Principal auditor,
            @Nullable TypeId project,
            @Nullable String subject,
            @Nullable String action,
            @Nullable String resource,
            @Nullable String outcome,
            @Nullable Instant from,
            @Nullable Instant to) {}

    /** An event, who acted, and the form in which it goes into the log. */
    public record Entry(AuditEvent event, Principal actor, SealedEvent sealed) {}

    /**
     * Appends an event to what the sequencer will put into the log.
     *
     * @param sealed makes the event when the transaction writes it, which is the last thing it does
     */
    public void append(Supplier<Entry> sealed) {
        tx.sealLate(sealed);
    }

    /** Writes events at once, which have no place among what else a transaction writes; half the work of {@link #append}. */
    public void copy(List<Entry> sealed) {
        tx.sql().connection(connection -> {
            copyEvents(connection, sealed);
            copyDisclosures(connection, sealed);
        });
    }

    private static void copyEvents(Connection connection, List<Entry> sealed) throws SQLException {
        try (var rows = new BinaryCopy(
                connection,
                "copy audit_event (id, leaf, at, project_id, action, resource_id, outcome) from stdin binary")) {
            for (var entry : sealed) {
                var event = entry.event();
                var project = event.resource().project();
                rows.row(7)
                        .uuid(event.id().number())
                        .bytes(entry.sealed().leaf().canonical())
                        .timestamp(event.time())
                        .textOrNull(project == null ? null : project.value())
                        .text(event.action().word())
                        .textOrNull(event.resource().id())
                        .text(event.outcome().word());
            }
            rows.finish();
        } catch (IOException e) {
            throw BinaryCopy.cause(e);
        }
    }

    private static void copyDisclosures(Connection connection, List<Entry> sealed) throws SQLException {
        try (var rows = new BinaryCopy(
                connection, "copy audit_disclosure (event_id, actor, disclosures, detached) from stdin binary")) {
            for (var entry : sealed) {
                var detached = detached(entry.sealed());
                rows.row(4)
                        .uuid(entry.event().id().number())
                        .text(entry.actor().toString())
                        .bytes(disclosures(entry.sealed()).canonical())
                        .bytesOrNull(detached == null ? null : detached.canonical());
            }
            rows.finish();
        } catch (IOException e) {
            throw BinaryCopy.cause(e);
        }
    }

    static void write(Entry entry, LateRows rows) {
        var event = entry.event();
        rows.add(
                LateTable.AUDIT_EVENT,
                event.id().number(),
                entry.sealed().leaf().canonical(),
                event.time(),
                event.resource().project(),
                event.action().word(),
                event.resource().id(),
                event.outcome().word());
        rows.add(
                LateTable.AUDIT_DISCLOSURE,
                event.id().number(),
                entry.actor(),
                disclosures(entry.sealed()),
                detached(entry.sealed()));
    }

    /** Events in the clear, as far as their values haven't been erased: what {@link Leaf#disclosed} makes of them. */
    public Page<Json.Members> page(Filter filter, PageRequest request) {
        var where = indexed(filter);
        return Paging.page(
                tx.sql()
                        .select(AUDIT_EVENT.ID, AUDIT_EVENT.LEAF, AUDIT_DISCLOSURE.DISCLOSURES)
                        .from(WITH_VALUES),
                new Scan(tx.sql(), WITH_VALUES, where, sought(filter), COLUMNS),
                request,
                AuditRepository::read);
    }

    /** What an index holds in the place of a text that may be long, and stands in the row already. */
    static Field<Integer> hash(Field<?> text) {
        return field("hashtext({0})", Integer.class, text);
    }

    private static Condition indexed(Filter filter) {
        var all = noCondition();
        if (filter.auditor() != null) {
            all = all.and(DisclosureRepository.seenBy(filter.auditor()));
        }
        if (filter.project() != null) {
            all = all.and(AUDIT_EVENT.PROJECT_ID.eq(filter.project()));
        }
        var subject = filter.subject();
        if (subject != null) {
            all = all.and(DisclosureRepository.actedBy(subject));
        }
        if (filter.resource() != null) {
            all = all.and(hash(AUDIT_EVENT.RESOURCE_ID).eq(hash(val(filter.resource()))))
                    .and(AUDIT_EVENT.RESOURCE_ID.eq(filter.resource()));
        }
        return all;
    }

    private static List<Condition> sought(Filter filter) {
        var all = new ArrayList<Condition>();
        if (filter.action() != null) {
            all.add(AUDIT_EVENT.ACTION.eq(filter.action()));
        }
        if (filter.outcome() != null) {
            all.add(AUDIT_EVENT.OUTCOME.eq(filter.outcome()));
        }
        if (filter.from() != null) {
            all.add(AUDIT_EVENT.AT.ge(filter.from()));
        }
        if (filter.to() != null) {
            all.add(AUDIT_EVENT.AT.lt(filter.to()));
        }
        return all;
    }

    private static Json disclosures(SealedEvent sealed) {
        return Json.array(sealed.disclosures().stream().map(Disclosure::json).toList());
    }

    private static @Nullable Json detached(SealedEvent sealed) {
        return sealed.detached().isEmpty()
                ? null
                : Json.array(sealed.detached().stream()
                        .map(AuditRepository::detached)
                        .toList());
    }

    private static Json.Members detached(DetachedDetail detail) {
        return Json.object()
                .put("pointer", detail.pointer())
                .put("value", detail.value())
                .build();
    }

    private static Json.Members read(Record row) {
        return Leaf.disclosed(
                row.get(AUDIT_EVENT.LEAF), DisclosureRepository.items(row.get(AUDIT_DISCLOSURE.DISCLOSURES)));
    }
}
