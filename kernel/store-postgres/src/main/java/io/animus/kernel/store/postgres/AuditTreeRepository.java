package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_EVENT;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LEAF;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LOG;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.log.Hash;
import io.animus.kernel.audit.log.Tile;
import io.animus.kernel.audit.log.Tiles;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;

/** The leaves and hashes of the audit log, to be read: tables {@code audit_leaf} and {@code audit_subtree}. */
public final class AuditTreeRepository implements Tiles {
    private final DSLContext sql;

    AuditTreeRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * An entry of the log.
     *
     * @param event id of the event
     * @param leaf the bytes that were hashed
     */
    public record Entry(long index, TypeId event, Hash hash, byte[] leaf) {}

    /** How many leaves the log has; 0 before the sequencer's first start. */
    public long size() {
        return sql.select(AUDIT_LOG.SIZE)
                .from(AUDIT_LOG)
                .fetchOptional(AUDIT_LOG.SIZE)
                .orElse(0L);
    }

    /** Where an event stands in the log; empty while it is not in it. */
    public Optional<Long> indexOf(TypeId event) {
        return sql.select(AUDIT_LEAF.LEAF_INDEX)
                .from(AUDIT_LEAF)
                .where(AUDIT_LEAF.EVENT_ID.eq(event))
                .fetchOptional(AUDIT_LEAF.LEAF_INDEX);
    }

    /**
     * Entries in leaf order.
     *
     * @param from index of the first
     * @param to index after the last; those that are not there are left out
     */
    public List<Entry> entries(long from, long to) {
        return sql.select(AUDIT_LEAF.LEAF_INDEX, AUDIT_LEAF.EVENT_ID, AUDIT_LEAF.HASH, AUDIT_EVENT.LEAF)
                .from(AUDIT_LEAF)
                .join(AUDIT_EVENT)
                .on(AUDIT_EVENT.ID.eq(AUDIT_LEAF.EVENT_ID))
                .where(AUDIT_LEAF.LEAF_INDEX.ge(from))
                .and(AUDIT_LEAF.LEAF_INDEX.lt(to))
                .orderBy(AUDIT_LEAF.LEAF_INDEX)
                .fetch(row -> new Entry(
                        row.get(AUDIT_LEAF.LEAF_INDEX),
                        row.get(AUDIT_LEAF.EVENT_ID),
                        Hash.of(row.get(AUDIT_LEAF.HASH)),
                        row.get(AUDIT_EVENT.LEAF)));
    }

    /** In one statement, however many there are. */
    @Override
    public Map<Tile, byte[]> read(Collection<Tile> tiles) {
        var contents = stored(tiles);
        for (var tile : tiles) {
            if (contents.getOrDefault(tile, new byte[0]).length != tile.width() * Hash.BYTES) {
                throw new IllegalArgumentException("the log does not have " + tile);
            }
        }
        return contents;
    }

    /** The hashes of tiles that are there, fewer than there should be if somebody took rows out of the database. */
    public Map<Tile, byte[]> stored(Collection<Tile> tiles) {
        var wanted = List.copyOf(tiles);
        // Without the limits PostgreSQL expects a share of the log in each tile; its JIT sets in with a long one.
        var found = sql.fetch(
                """
                select t.n, case t.level
                    when 0 then (select string_agg(hash, ''::bytea order by leaf_index) from (
                        select leaf_index, hash from audit_leaf
                        where leaf_index >= t.first and leaf_index < t.past order by leaf_index limit {3}) as leaves)
                    else (select string_agg(hash, ''::bytea order by position) from (
                        select position, hash from audit_subtree s
                        where s.level = t.level and position >= t.first and position < t.past
                        order by position limit {3}) as subtrees)
                    end
                from unnest({0}::int[], {1}::bigint[], {2}::bigint[]) with ordinality as t (level, first, past, n)""",
                val(wanted.stream().map(Tile::level).toArray(Integer[]::new)),
                val(wanted.stream().map(Tile::start).toArray(Long[]::new)),
                val(wanted.stream().map(Tile::end).toArray(Long[]::new)),
                inline(Tile.FULL));
        var contents = new HashMap<Tile, byte[]>();
        for (var row : found) {
            var tile = wanted.get(row.get(0, Integer.class) - 1);
            var content = row.get(1, byte[].class);
            contents.put(tile, content == null ? new byte[0] : content);
        }
        return contents;
    }
}
