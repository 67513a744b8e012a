package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;

/** Numbers the versions of a thing densely from 1. */
final class Numbering {
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private Numbering() {}

    /** The number that {@code text} is; empty if it isn't one. */
    static OptionalInt parse(String text) {
        return NUMBER.matcher(text).matches() ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    /**
     * The number of the next version of {@code parent}. Whoever else asks for it waits until this transaction ends. The lock
     * is advisory: locking the row takes a right to update it, which the hub's role doesn't have.
     */
    static int next(
            DSLContext sql,
            Table<Record> versions,
            TableField<Record, TypeId> parentOf,
            TableField<Record, Integer> number,
            TypeId parent) {
        sql.execute("select pg_advisory_xact_lock(hashtextextended({0}, 0))", val(parent.value()));
        return sql.select(coalesce(max(number), 0).add(1))
                .from(versions)
                .where(parentOf.eq(parent))
                .fetchSingle()
                .value1();
    }
}
