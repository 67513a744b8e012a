package io.animus.kernel.core;

import io.animus.api.types.CommitSha;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.RunDraft;
import io.animus.kernel.store.postgres.PlanningRepository.Facts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the database says of what runs refer to, for those who reach all of a project. Dataset versions, environment locks and
 * confirmed commits never change and never go, so what was found holds; what wasn't found is asked for again each time. At
 * most {@link #MOST} answers. Safe for many threads.
 */
final class KnownFacts {
    private static final int MOST = 256;

    private final Map<Question, Facts> answers = new ConcurrentHashMap<>();

    /**
     * What a draft refers to.
     *
     * @param commit null if it names none in full
     */
    record Question(TypeId project, TypeId lock, List<TypeId> inputs, String repository, @Nullable CommitSha commit) {
        static Question of(TypeId project, RunDraft draft) {
            var commit = draft.code().commit();
            return new Question(
                    project,
                    draft.environmentLock(),
                    draft.inputs().stream().map(RunDraft.Input::datasetVersion).toList(),
                    draft.code().repository(),
                    commit != null && CommitSha.isFull(commit) ? new CommitSha(commit) : null);
        }
    }

    Facts find(Question question, Supplier<Facts> ask) {
        var known = answers.get(question);
        if (known != null) {
            return known;
        }
        var facts = ask.get();
        if (facts.isCommitConfirmed()
                && facts.environment() != null
                && facts.inputs().keySet().containsAll(question.inputs())) {
            if (answers.size() >= MOST) {
                answers.clear();
            }
            answers.put(question, facts);
        }
        return facts;
    }
}
