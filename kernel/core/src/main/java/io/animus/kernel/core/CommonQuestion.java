package io.animus.kernel.core;

import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What many threads ask one by one, asked for several of them at once. One thread at a time asks; what the others want to know
 * meanwhile goes into the next question, so that nobody waits while nothing is asked. No answer is older than the call that
 * gets it. Safe for many threads.
 */
final class CommonQuestion<Q, A> {
    /** The most that are asked at once. */
    static final int MOST = 50;

    private final Function<List<Q>, Map<Q, A>> ask;
    private final Queue<Pending<Q, A>> pending = new ConcurrentLinkedQueue<>();
    private final Lock turn = new ReentrantLock();

    /** @param ask answers what it can of 1 to {@link #MOST} different questions */
    CommonQuestion(Function<List<Q>, Map<Q, A>> ask) {
        this.ask = ask;
    }

    /** What one thread wants to know; its fields belong to whoever has the turn. */
    private static final class Pending<Q, A> {
        final Q question;
        boolean isAnswered;

        @Nullable A answer;

        @Nullable RuntimeException failure;

        Pending(Q question) {
            this.question = question;
        }

        void fail(RuntimeException why) {
            failure = why;
            isAnswered = true;
        }
    }

    /**
     * The answer; empty if there is none.
     *
     * @throws DatabaseUnavailableException if the database is away
     * @throws RuntimeException what kept this question, asked alone, from being answered
     */
    Optional<A> ask(Q question) {
        var mine = new Pending<Q, A>(question);
        pending.add(mine);
        turn.lock();
        try {
            while (!mine.isAnswered) {
                answer(next());
            }
        } finally {
            turn.unlock();
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
        return Optional.ofNullable(mine.answer);
    }

    private List<Pending<Q, A>> next() {
        var batch = new ArrayList<Pending<Q, A>>();
        for (var one = pending.poll(); one != null; one = batch.size() < MOST ? pending.poll() : null) {
            batch.add(one);
        }
        return batch;
    }

    /** What fails together is asked one by one, so that each gets a failure that is its own; but for a database that is away. */
    private void answer(List<Pending<Q, A>> batch) {
        try {
            var answers =
                    ask.apply(batch.stream().map(one -> one.question).distinct().toList());
            for (var one : batch) {
                one.answer = answers.get(one.question);
                one.isAnswered = true;
            }
        } catch (DatabaseUnavailableException e) {
            batch.forEach(one -> one.fail(e));
        } catch (RuntimeException e) {
            if (batch.size() > 1) {
                batch.forEach(one -> answer(List.of(one)));
            } else {
                batch.get(0).fail(e);
            }
        }
    }
}
