package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_DISCLOSURE;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_EVENT;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LEAF;
import static io.animus.kernel.store.postgres.generated.Tables.ROLE_BINDING;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.trueCondition;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.audit.Leaf;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** What may be shown of events: table {@code audit_disclosure}, of which values may be erased. */
public final class DisclosureRepository {
    private static final String DETAIL = "/details/";

    private final DSLContext sql;

    DisclosureRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** An event as it was recorded, with the disclosures that were not erased. */
    public record Recorded(Leaf leaf, List<Disclosure> disclosures) {}

    /**
     * The disclosures of a leaf.
     *
     * @param index of the leaf
     * @param ofTheLog whether it is an event of a hub process or of the log itself
     * @param seen whether the one who asks may see all of them
     * @param encoded as {@link Disclosure#encoded()}; may be empty
     */
    public record OfLeaf(long index, boolean ofTheLog, boolean seen, List<String> encoded) {}

    /** @param auditor only an event of a project in which this one is an auditor; null for any */
    public Optional<Recorded> find(TypeId event, @Nullable Principal auditor) {
        return sql.select(AUDIT_EVENT.LEAF, AUDIT_DISCLOSURE.DISCLOSURES)
                .from(AUDIT_EVENT)
                .leftJoin(AUDIT_DISCLOSURE)
                .on(AUDIT_DISCLOSURE.EVENT_ID.eq(AUDIT_EVENT.ID))
                .where(AUDIT_EVENT.ID.eq(event))
                .and(seenBy(auditor))
                .fetchOptional(row -> new Recorded(
                        Leaf.read(row.get(AUDIT_EVENT.LEAF)),
                        items(row).stream().map(Disclosure::of).toList()));
    }

    /**
     * The disclosures of leaves, in leaf order.
     *
     * @param from index of the first leaf
     * @param to index after the last
     * @param auditor sees those of projects in which it is an auditor; null sees all
     */
    public List<OfLeaf> ofLeaves(long from, long to, @Nullable Principal auditor) {
        var seen = coalesce(field(seenBy(auditor)), val(false));
        return sql.select(AUDIT_LEAF.LEAF_INDEX, AUDIT_EVENT.ACTION, AUDIT_DISCLOSURE.DISCLOSURES, seen)
                .from(AUDIT_LEAF)
                .join(AUDIT_EVENT)
                .on(AUDIT_EVENT.ID.eq(AUDIT_LEAF.EVENT_ID))
                .join(AUDIT_DISCLOSURE)
                .on(AUDIT_DISCLOSURE.EVENT_ID.eq(AUDIT_EVENT.ID))
                .where(AUDIT_LEAF.LEAF_INDEX.ge(from))
                .and(AUDIT_LEAF.LEAF_INDEX.lt(to))
                .orderBy(AUDIT_LEAF.LEAF_INDEX)
                .fetch(row -> new OfLeaf(
                        row.get(AUDIT_LEAF.LEAF_INDEX),
                        isOfTheLog(row.get(AUDIT_EVENT.ACTION)),
                        row.get(seen),
                        items(row).stream().map(Disclosure::encoded).toList()));
    }

    /** Whether an event with this action says what it takes to judge the log, so that nothing of it is ever erased. */
    public static boolean isOfTheLog(String action) {
        return action.startsWith("node.") || action.startsWith("log.");
    }

    /** The first events, oldest first, in which this one acted and is still named. */
    public List<TypeId> actedBy(String subject, int limit) {
        return sql.select(AUDIT_DISCLOSURE.EVENT_ID)
                .from(AUDIT_DISCLOSURE)
                .join(AUDIT_EVENT)
                .on(AUDIT_EVENT.ID.eq(AUDIT_DISCLOSURE.EVENT_ID))
                .where(actedBy(subject))
                .and(isErasable())
                .orderBy(AUDIT_DISCLOSURE.EVENT_ID)
                .limit(limit)
                .fetch(AUDIT_DISCLOSURE.EVENT_ID);
    }

    /**
     * Erases values of events. The transaction must record it with an event {@code audit.erased}, or its commit fails.
     *
     * @param paths of values, or {@code /details} or {@code /actor} for all below
     * @return the events of which something was erased: none of the log itself, and none that has no such values
     */
    public List<TypeId> erase(Collection<TypeId> events, List<String> paths) {
        Predicate<String> goes =
                path -> paths.stream().anyMatch(erased -> path.equals(erased) || path.startsWith(erased + "/"));
        var rows = sql.select(
                        AUDIT_DISCLOSURE.EVENT_ID,
                        AUDIT_DISCLOSURE.ACTOR,
                        AUDIT_DISCLOSURE.DISCLOSURES,
                        AUDIT_DISCLOSURE.DETACHED)
                .from(AUDIT_DISCLOSURE)
                .join(AUDIT_EVENT)
                .on(AUDIT_EVENT.ID.eq(AUDIT_DISCLOSURE.EVENT_ID))
                .where(AUDIT_DISCLOSURE.EVENT_ID.in(events))
                .and(isErasable())
                .orderBy(AUDIT_DISCLOSURE.EVENT_ID)
                .forUpdate()
                .of(AUDIT_DISCLOSURE)
                .fetch();
        return rows.stream()
                .filter(row -> erase(row, goes))
                .map(row -> row.get(AUDIT_DISCLOSURE.EVENT_ID))
                .toList();
    }

    private boolean erase(Record row, Predicate<String> goes) {
        var all = items(row);
        var kept = all.stream()
                .filter(stored -> !goes.test(Disclosure.of(stored).path()))
                .toList();
        if (kept.size() == all.size()) {
            return false;
        }
        var detached = items(row.get(AUDIT_DISCLOSURE.DETACHED)).stream()
                .filter(detail -> !goes.test(DETAIL + nameOf(new JsonMembers(detail).text("pointer"))))
                .toList();
        sql.update(AUDIT_DISCLOSURE)
                .set(AUDIT_DISCLOSURE.ACTOR, goes.test("/actor/subject") ? null : row.get(AUDIT_DISCLOSURE.ACTOR))
                .set(AUDIT_DISCLOSURE.DISCLOSURES, Json.array(kept))
                .set(AUDIT_DISCLOSURE.DETACHED, detached.isEmpty() ? null : Json.array(detached))
                .where(AUDIT_DISCLOSURE.EVENT_ID.eq(row.get(AUDIT_DISCLOSURE.EVENT_ID)))
                .execute();
        return true;
    }

    /** The name of the detail that was kept under this pointer. */
    private static String nameOf(String pointer) {
        return pointer.substring(pointer.lastIndexOf('/') + 1);
    }

    private static Condition isErasable() {
        return AUDIT_EVENT.ACTION.notLike("node.%").and(AUDIT_EVENT.ACTION.notLike("log.%"));
    }

    /** Whether an event is of a project in which this one is an auditor; any event for null. */
    static Condition seenBy(@Nullable Principal auditor) {
        return auditor == null
                ? trueCondition()
                : AUDIT_EVENT.PROJECT_ID.in(select(ROLE_BINDING.PROJECT_ID)
                        .from(ROLE_BINDING)
                        .where(ROLE_BINDING.SUBJECT.eq(auditor))
                        .and(ROLE_BINDING.ROLE.eq(Role.AUDITOR.word())));
    }

    /** Whether this one acted, whatever kind of principal it is, and is still named. */
    static Condition actedBy(String subject) {
        var principals = Arrays.stream(Principal.Kind.values())
                .map(kind -> new Principal(kind, subject))
                .toList();
        return AuditRepository.hash(AUDIT_DISCLOSURE.ACTOR)
                .in(principals.stream()
                        .map(principal -> AuditRepository.hash(val(principal.toString())))
                        .toList())
                .and(AUDIT_DISCLOSURE.ACTOR.in(principals));
    }

    private static List<Json> items(Record row) {
        return items(row.get(AUDIT_DISCLOSURE.DISCLOSURES));
    }

    /** What an array holds that was stored; nothing for null. */
    static List<Json> items(@Nullable Json stored) {
        return stored == null ? List.of() : ((Json.Sequence) stored).items();
    }
}
