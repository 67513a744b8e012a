package io.animus.kernel.rest;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.ModelVersions;
import io.animus.kernel.domain.model.ModelArtifact;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.model.StageChange;

/** Model versions as the API shows them. */
final class ModelViews {
    private ModelViews() {}

    static void write(JsonOutput output, ModelVersion version) {
        var origin = version.origin();
        output.put("id", version.id().value())
                .put("project", version.project().value())
                .put("model", version.model().value())
                .put("number", version.number())
                .put("stage", version.stage().word())
                .put("run", version.run().value())
                .list("artifacts", version.artifacts(), ModelViews::writeArtifact)
                .texts(
                        "datasetVersions",
                        origin.datasetVersions().stream().map(TypeId::value).toList())
                .put("environmentLock", origin.environmentLock().value())
                .put("code", origin.code().toJson())
                .put("modelCard", version.modelCard())
                .list("stageChanges", version.stageChanges(), ModelViews::writeChange);
        Access.writeMade(output, version.made()).etag(version.version());
    }

    /** All that made a model version. */
    static void writeProvenance(JsonOutput output, ModelVersions.Provenance provenance) {
        var version = provenance.version();
        var run = provenance.run();
        output.put("modelVersion", version.id().value())
                .put("model", version.model().value())
                .put("number", version.number())
                .list("artifacts", version.artifacts(), ModelViews::writeArtifact)
                .put("run", run.id().value())
                .raw("spec", run.spec())
                .put("specDigest", run.specDigest().value())
                .put("compositionDigest", run.composition().value())
                .list("datasetVersions", provenance.datasetVersions(), Data::writeVersion)
                .object("environmentLock", lock -> EnvironmentLocksResource.write(lock, provenance.environmentLock()))
                .list("stageChanges", version.stageChanges(), ModelViews::writeChange)
                .object(
                        "runCreatedBy",
                        by -> Access.writePrincipal(by, run.made().by()));
        Access.writeMade(output, version.made());
    }

    static void writeArtifact(JsonOutput output, ModelArtifact artifact) {
        output.put("id", artifact.id().value())
                .put("name", artifact.name())
                .put("digest", artifact.digest().value());
    }

    static void writeChange(JsonOutput output, StageChange change) {
        output.put("from", change.from().word())
                .put("to", change.to().word())
                .object("by", by -> Access.writePrincipal(by, change.made().by()))
                .put("at", change.made().at())
                .put("reason", change.reason())
                .put("auditEvent", change.auditEvent().value());
    }
}
