package io.animus.kernel.core;

import io.animus.api.audit.AuditEntry;
import io.animus.api.types.Digest;
import io.animus.kernel.audit.Leaf;
import io.animus.kernel.domain.delivery.EntryFilter;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.FeedRepository.Row;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log for one feed, a piece at a time, and the next piece while the sink takes the last one: two pieces are in
 * memory at the most. Not safe for several threads.
 */
final class FeedReader implements AutoCloseable {
    private static final int SECONDS_IDLE = 30;

    private final Database database;
    private final long bytes;
    private final FeedPace pace;
    private final ThreadPoolExecutor ahead;
    private @Nullable Coming coming;

    /** Where a piece starts, and what is wanted of it. */
    record Place(long from, EntryFilter filter) {}

    /**
     * A piece of the log.
     *
     * @param entries that the filter lets through, in order
     * @param end the last leaf index that was looked at
     */
    record Piece(List<AuditEntry> entries, long end) {}

    private record Coming(Place place, Future<Piece> piece) {}

    /**
     * @param name of the thread that reads ahead
     * @param bytes of leaves after which it ends
     */
    FeedReader(Database database, String name, long bytes, FeedPace pace) {
        this.database = database;
        this.bytes = bytes;
        this.pace = pace;
        this.ahead = new ThreadPoolExecutor(1, 1, SECONDS_IDLE, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            var thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
        ahead.allowCoreThreadTimeOut(true);
    }

    /**
     * The piece that starts there.
     *
     * @param entries after which it ends, unless it was read ahead
     * @param last leaf index of the log
     */
    Piece read(Place place, int entries, long last) throws InterruptedException {
        var known = coming;
        coming = null;
        if (known == null) {
            return readNow(place, entries, last);
        }
        var piece = await(known.piece());
        // What is wanted has changed meanwhile, or the feed starts again from further back.
        return known.place().equals(place) ? piece : readNow(place, entries, last);
    }

    /** Starts to read what comes after a piece, unless that was the last one. */
    void readAhead(Place place, int entries, long last) {
        if (coming == null && place.from() <= last) {
            coming = new Coming(place, ahead.submit(() -> readNow(place, entries, last)));
        }
    }

    /** Forgets what was read ahead: who knows for how long nobody takes it, and what is erased by then. */
    void forget() {
        if (coming != null) {
            coming.piece().cancel(false);
            coming = null;
        }
    }

    /** Single entries, by leaf index. */
    List<AuditEntry> read(List<Long> indexes) {
        return database.read(tx -> tx.feed().read(indexes)).stream()
                .map(FeedReader::entry)
                .toList();
    }

    private Piece readNow(Place place, int entries, long last) {
        var end = Math.min(last, place.from() + entries - 1);
        pace.giveWay();
        var piece = database.read(tx -> tx.feed().read(place.from(), end, place.filter(), bytes));
        return new Piece(
                pace.givingWay(piece.rows()).stream().map(FeedReader::entry).toList(), piece.end());
    }

    private static Piece await(Future<Piece> piece) throws InterruptedException {
        try {
            return piece.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the log can't be read: " + e.getCause(), e);
        }
    }

    private static AuditEntry entry(Row row) {
        return new AuditEntry(
                row.index(),
                new Digest("sha256:" + HexFormat.of().formatHex(row.hash())),
                row.event(),
                row.at(),
                row.action(),
                row.outcome(),
                Leaf.disclosed(row.leaf(), row.disclosures()));
    }

    @Override
    public void close() {
        ahead.shutdownNow();
    }
}
