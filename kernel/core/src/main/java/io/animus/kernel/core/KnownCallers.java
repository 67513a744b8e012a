package io.animus.kernel.core;

import io.animus.kernel.store.postgres.AccessRepository.Entry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whom API keys have let in within the last second, so that not each request asks the database. Only who was let in is kept,
 * never who was refused, and of at most {@link #MOST} questions. Safe for many threads.
 */
final class KnownCallers {
    private static final int MOST = 1_000;

    private final Map<Question, Known> answers = new ConcurrentHashMap<>();
    private volatile long era;

    /**
     * What was asked.
     *
     * @param secretHash SHA-256 of the key's secret
     * @param project id or name of the project that the request is about; null if it is about none
     */
    record Question(ByteBuffer secretHash, @Nullable String project) {
        Question(byte[] secretHash, @Nullable String project) {
            this(ByteBuffer.wrap(secretHash), project);
        }
    }

    /**
     * What the database said.
     *
     * @param at before it was asked
     */
    record Known(Entry entry, Instant at) {
        boolean holds(Instant now) {
            return Caller.Standing.isFresh(at, now) && now.isBefore(entry.expires());
        }
    }

    Optional<Known> find(Question question, Instant now) {
        return Optional.ofNullable(answers.get(question)).filter(known -> known.holds(now));
    }

    /** The moment to give to {@link #keep}, taken before the database is asked. */
    long era() {
        return era;
    }

    /** Keeps an answer, unless something was forgotten since it was asked for: it may be from before that. */
    synchronized void keep(Question question, Known known, long askedIn) {
        if (askedIn != era) {
            return;
        }
        if (answers.size() >= MOST) {
            answers.clear();
        }
        answers.put(question, known);
    }

    /** Forgets everything: somebody may have lost a right. Call it when that is committed, before anybody is told. */
    synchronized void forget() {
        era++;
        answers.clear();
    }
}
