package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.IDEMPOTENCY_CONFLICT;

import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.store.postgres.AnswerTakenException;
import io.animus.kernel.store.postgres.IdempotencyRepository.FirstAnswer;
import io.animus.kernel.store.postgres.Transaction;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was answered under an idempotency key, which whoever asks again under it gets too. */
final class FirstAnswers {
    private static final String HUB = "hub";

    private FirstAnswers() {}

    /** A second request under the same key that loses the race rolls back and gets the first one's answer. */
    static <T> Answer<T> attempt(@Nullable Once<T> once, Supplier<Answer<T>> work) {
        try {
            return work.get();
        } catch (AnswerTakenException overtaken) {
            if (once == null) {
                throw overtaken;
            }
            return work.get();
        }
    }

    /** What {@code look} says; if it refuses what was answered before, something that leads to that answer. */
    static <A, T> Supplier<A> orFind(Reading reading, @Nullable Once<T> once, Supplier<Supplier<A>> look) {
        try {
            return look.get();
        } catch (RefusedException refusal) {
            if (find(reading, once).isEmpty()) {
                throw refusal;
            }
            return () -> {
                throw refusal;
            };
        }
    }

    static <T> Optional<Answer<T>> find(Reading reading, @Nullable Once<T> once) {
        return once == null
                ? Optional.empty()
                : reading.tx()
                        .idempotency()
                        .find(reading.project().id().value(), once.key())
                        .map(first -> replay(once, first));
    }

    static <T> Optional<Answer<T>> findInHub(Transaction tx, @Nullable Once<T> once) {
        return once == null
                ? Optional.empty()
                : tx.idempotency().find(HUB, once.key()).map(first -> replay(once, first));
    }

    static <T> Answer<T> answerOnce(Change change, @Nullable Once<T> once, Function<Change, T> work) {
        if (once != null) {
            // Without it, the second of two would find the first one's work done and be refused for that.
            change.tx().idempotency().lock(HUB, once.key());
            var first = change.tx().idempotency().find(HUB, once.key());
            if (first.isPresent()) {
                return replay(once, first.get());
            }
        }
        return answer(change, once, work);
    }

    static <T> Answer<T> answer(Change change, @Nullable Once<T> once, Function<Change, T> work) {
        T value;
        try {
            value = work.apply(change);
        } catch (RefusedException refusal) {
            if (once != null) {
                // What was in the way may be the work of a request under the same key that was done meanwhile.
                change.tx().idempotency().requireNone(scope(change), once.key());
            }
            throw refusal;
        }
        return kept(change, once, value);
    }

    /** The answer, kept for whoever asks again. */
    static <T> Answer<T> kept(Change change, @Nullable Once<T> once, T value) {
        var event = change.firstEvent();
        if (once != null) {
            var rendered = once.render().apply(value);
            var answer = new FirstAnswer(once.request(), rendered.status(), rendered.body(), rendered.location());
            change.tx().idempotency().insert(scope(change), once.key(), answer, change.now());
        }
        return new Answer.Done<>(value, event, change.waitsForCover() ? Boolean.FALSE : null);
    }

    static <T> Answer<T> replay(Once<T> once, FirstAnswer first) {
        if (!first.request().equals(once.request())) {
            throw RefusedException.of(
                    IDEMPOTENCY_CONFLICT,
                    "The Idempotency-Key was used for another request. Use a new key for a new request.");
        }
        return new Answer.Replayed<>(new Once.Rendered(first.status(), first.body(), first.location()));
    }

    private static String scope(Change change) {
        return change.hasProject() ? change.project().id().value() : HUB;
    }
}
