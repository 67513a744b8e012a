package io.animus.kernel.core;

import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of dataset versions. Safe for many threads. */
@Component(service = DatasetVersions.class)
public final class DatasetVersions {
    /** How long the URL of a download lives. */
    static final Duration VALIDITY = Duration.ofMinutes(15);

    private static final String TYPE = "datasetVersion";

    private final Gate gate;
    private final Ports ports;

    @Activate
    public DatasetVersions(@Reference(name = "gate") Gate gate, @Reference(name = "ports") Ports ports) {
        this.gate = gate;
        this.ports = ports;
    }

    /** Where the content of a version can be read for a while. */
    public record Download(DatasetVersion version, SignedUrl get) {}

    /**
     * Finds one version.
     *
     * @param dataset id or name
     * @param version id or number
     */
    public DatasetVersion find(Caller caller, String project, String dataset, String version) {
        return gate.read(
                caller,
                Target.inProject(project, TYPE, version),
                Datasets.admission(Permission.READ, dataset),
                (reading, of) -> require(reading.tx(), of, version));
    }

    /** @param dataset id or name */
    public Page<DatasetVersion> list(Caller caller, String project, String dataset, PageRequest page) {
        return gate.read(
                caller,
                Target.inProject(project, "dataset", dataset),
                Datasets.admission(Permission.READ, dataset),
                (reading, of) -> reading.tx().datasetVersions().page(of.id(), page));
    }

    /**
     * Signs a URL for the content; the URL is given out only if that is on record.
     *
     * @param dataset id or name
     * @param version id or number
     */
    public Answer<Download> download(Caller caller, String project, String dataset, String version) {
        return gate.askAndChange(
                caller,
                Target.inProject(project, TYPE, version),
                Datasets.admission(Permission.DOWNLOAD_DATASET, dataset),
                null,
                (reading, of) -> {
                    var found = require(reading.tx(), of, version);
                    var key = new ObjectKey(
                            found.project().value(), found.content().digest());
                    var file = of.name() + "-" + found.number();
                    var store = reading.tx()
                            .storedObjects()
                            .find(found.project(), found.content().digest())
                            .orElse(null);
                    return () -> new Download(
                            found,
                            PluginFailures.refused(() -> ports.storage(
                                    store, Ports.QUICK, asked -> asked.signDownload(key, file, VALIDITY))));
                },
                (change, of, download) -> {
                    var details = Json.object()
                            .put("digest", download.version().content().digest().value())
                            .build();
                    change.audit(
                            Action.DATASET_VERSION_DOWNLOADED,
                            download.version().id(),
                            details);
                    return download;
                });
    }

    private static DatasetVersion require(Transaction tx, Dataset dataset, String version) {
        return tx.datasetVersions()
                .find(dataset.id(), version)
                .orElseThrow(() -> RefusedException.notFound("dataset version"));
    }
}
