package io.animus.kernel.domain.model;

import static io.animus.kernel.domain.ProblemCode.SELF_APPROVAL;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.run.RunKind;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run has made of a model. Only its stage ever changes.
 *
 * @param number from 1, dense within the model
 * @param artifacts at least one, all of the run
 * @param modelCard what people should know of it, in Markdown; null where it was not read, as in lists
 * @param stageChanges oldest first
 */
public record ModelVersion(
        TypeId id,
        TypeId project,
        TypeId model,
        int number,
        TypeId run,
        ModelOrigin origin,
        List<ModelArtifact> artifacts,
        @Nullable String modelCard,
        Made made,
        List<StageChange> stageChanges) {
    /** What ids of model versions start with. */
    public static final String PREFIX = "mdv";

    public ModelVersion {
        artifacts = List.copyOf(artifacts);
        stageChanges = List.copyOf(stageChanges);
        if (number < 1 || artifacts.isEmpty()) {
            throw new IllegalArgumentException("versions are numbered from 1 and are made of an artifact at least");
        }
    }

    /** Where its last change has brought it. */
    public Stage stage() {
        return stageChanges.isEmpty()
                ? Stage.DRAFT
                : stageChanges.get(stageChanges.size() - 1).to();
    }

    /** Counts changes, for entity tags. */
    public long version() {
        return stageChanges.size() + 1L;
    }

    /** The version after one more step. */
    public ModelVersion with(StageChange change) {
        return new ModelVersion(
                id,
                project,
                model,
                number,
                run,
                origin,
                artifacts,
                modelCard,
                made,
                Stream.concat(stageChanges.stream(), Stream.of(change)).toList());
    }

    /**
     * Checks that {@code principal} may bring it to {@code next}, role apart.
     *
     * @throws RefusedException {@code SELF_APPROVAL} to whoever made the version, {@code STATE_CONFLICT} where its stage or
     *     the kind of its run doesn't let it
     */
    public void requireMayBecome(Stage next, Principal principal) {
        if (next == Stage.APPROVED && made.by().equals(principal)) {
            throw RefusedException.of(
                    SELF_APPROVAL, "You have made this version. Somebody else with the role approver must approve it.");
        }
        if (!stage().mayBecome(next)) {
            throw RefusedException.of(
                    STATE_CONFLICT, "The version is %s, which can't become %s.".formatted(stage().word(), next.word()));
        }
        if (next == Stage.APPROVED && origin.kind() != RunKind.PRODUCTION) {
            throw RefusedException.of(
                    STATE_CONFLICT,
                    "The version comes from a development run. Only a production run's can be approved.");
        }
    }
}
