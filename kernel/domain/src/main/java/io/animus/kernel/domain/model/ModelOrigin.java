package io.animus.kernel.domain.model;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.CodeRef;
import io.animus.kernel.domain.run.RunInput;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunSpec;
import java.util.List;

/**
 * What a model version shows of the run that it comes from, whose whole spec may be large.
 *
 * @param datasetVersions that the run read, each once, in its order
 */
public record ModelOrigin(RunKind kind, CodeRef code, TypeId environmentLock, List<TypeId> datasetVersions) {
    public ModelOrigin {
        datasetVersions = datasetVersions.stream().distinct().toList();
    }

    /** That of a run with this spec. */
    public static ModelOrigin of(RunSpec spec) {
        return new ModelOrigin(
                spec.kind(),
                spec.code(),
                spec.environment().environmentLock(),
                spec.inputs().stream().map(RunInput::datasetVersion).toList());
    }
}
