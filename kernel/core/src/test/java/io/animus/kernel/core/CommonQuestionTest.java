package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommonQuestionTest {
    private final List<List<String>> asked = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> isAsking = new CompletableFuture<Void>().orTimeout(1, TimeUnit.MINUTES);
    private final CompletableFuture<Void> mayAnswer = new CompletableFuture<Void>().orTimeout(1, TimeUnit.MINUTES);
    private final CommonQuestion<String, String> question = new CommonQuestion<>(this::answer);
    private volatile String known = "old";

    @Test
    void whatSeveralWantToKnowMeanwhileIsAskedOnce() {
        var first = ask("first");
        isAsking.join();
        var others = List.of(askAndWait("a"), askAndWait("b"), askAndWait("nothing"), askAndWait("c"));
        known = "new";
        mayAnswer.complete(null);

        assertThat(first.join()).as("when it was asked").contains("first is old");
        assertThat(others.stream().map(CompletableFuture::join))
                .as("each its own, and none from before it asked")
                .containsExactly(
                        Optional.of("a is new"), Optional.of("b is new"), Optional.empty(), Optional.of("c is new"));
        assertThat(asked).containsExactly(List.of("first"), List.of("a", "b", "nothing", "c"));
    }

    @Test
    void whatCannotBeAnsweredKeepsNoOtherFromItsAnswer() {
        var first = ask("first");
        isAsking.join();
        var good = askAndWait("good");
        var bad = askAndWait("bad");
        mayAnswer.complete(null);

        assertThat(first.join()).isPresent();
        assertThat(good.join()).contains("good is old");
        assertThatThrownBy(bad::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("nobody can answer [bad]");
        assertThat(question.ask("good")).as("it goes on").contains("good is old");
    }

    @Test
    void aDatabaseThatIsAwayIsAskedOnceForAll() {
        var first = ask("first");
        isAsking.join();
        var others = List.of(askAndWait("away"), askAndWait("a"), askAndWait("b"));
        mayAnswer.complete(null);

        assertThat(first.join()).isPresent();
        assertThat(others).allSatisfy(other -> assertThatThrownBy(other::join)
                .hasCauseInstanceOf(DatabaseUnavailableException.class));
        assertThat(asked).hasSize(2);
    }

    private CompletableFuture<Optional<String>> ask(String what) {
        return CompletableFuture.supplyAsync(() -> question.ask(what), work -> thread(work));
    }

    /** Until it waits for its turn. */
    private CompletableFuture<Optional<String>> askAndWait(String what) {
        var threads = new ArrayList<Thread>();
        var answer = CompletableFuture.supplyAsync(() -> question.ask(what), work -> threads.add(thread(work)));
        Await.until("it waits", () -> threads.get(0).getState() == Thread.State.WAITING);
        return answer;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work);
        thread.start();
        return thread;
    }

    private Map<String, String> answer(List<String> questions) {
        asked.add(questions);
        var now = known;
        isAsking.complete(null);
        mayAnswer.join();
        if (questions.contains("away")) {
            throw new DatabaseUnavailableException(new IllegalStateException("away"));
        }
        if (questions.contains("bad")) {
            throw new IllegalStateException("nobody can answer " + questions);
        }
        var answers = new HashMap<String, String>();
        questions.stream().filter(one -> !one.equals("nothing")).forEach(one -> answers.put(one, one + " is " + now));
        return answers;
    }
}
