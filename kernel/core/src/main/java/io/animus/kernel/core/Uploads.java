package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.CYCLIC_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.DIGEST_MISMATCH;
import static io.animus.kernel.domain.ProblemCode.LIMIT_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.UPLOAD_INCOMPLETE;

import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violations;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.data.Upload;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.StoredObjectRepository.StoredObject;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of uploads: how content becomes a dataset version. Safe for many threads. */
@Component(service = Uploads.class)
public final class Uploads {
    /** How long an upload may take from when it is opened until it is completed. */
    static final Duration VALIDITY = Duration.ofHours(2);

    private static final String TYPE = "upload";

    private final Gate gate;
    private final Ports ports;

    @Activate
    public Uploads(@Reference(name = "gate") Gate gate, @Reference(name = "ports") Ports ports) {
        this.gate = gate;
        this.ports = ports;
    }

    /**
     * An upload as it is now.
     *
     * @param put where the content is to be put; null unless it was asked for and the upload is open
     */
    public record Ticket(Upload upload, Upload.State state, @Nullable SignedUrl put) {}

    /**
     * What an upload became.
     *
     * @param created whether the version is new; else the dataset had this content before
     */
    public record Completed(DatasetVersion version, boolean created) {}

    /**
     * Opens an upload for a new version.
     *
     * @param dataset id or name
     */
    public Answer<Ticket> open(
            Caller caller, @Nullable Once<Ticket> once, String project, String dataset, Content content) {
        return gate.askAndChange(
                caller,
                Target.inProject(project, "dataset", dataset),
                Datasets.admission(Permission.WRITE, dataset),
                once,
                (reading, into) -> {
                    requireFit(reading.tx(), reading.access(), into, content);
                    return sign(
                            reading.project(),
                            content,
                            reading.project().plugins().storage(),
                            VALIDITY);
                },
                (change, into, place) -> {
                    requireFit(change.tx(), change.access(), into, content);
                    var upload = new Upload(
                            change.newId(Upload.PREFIX),
                            into.project(),
                            into.id(),
                            content,
                            place.store(),
                            null,
                            place.put().expires().truncatedTo(ChronoUnit.MICROS),
                            change.made());
                    change.tx().uploads().insert(upload);
                    var details = Json.object()
                            .put("dataset", into.id().value())
                            .put("digest", content.digest().value())
                            .put("size", content.size())
                            .build();
                    change.audit(Action.UPLOAD_OPENED, upload.id(), details);
                    return new Ticket(upload, Upload.State.OPEN, place.put());
                });
    }

    /** The upload, without where to put the content. */
    public Ticket find(Caller caller, String project, String dataset, String upload) {
        var target = Target.inProject(project, TYPE, upload);
        return gate.read(caller, target, Datasets.admission(Permission.READ, dataset), (reading, into) -> {
            var found = require(reading.tx(), into, upload);
            return new Ticket(found, found.state(reading.now()), null);
        });
    }

    /** The upload with a fresh place to put the content if it is open: for whoever opened it and asks again. */
    public Ticket sign(Caller caller, String project, String dataset, String upload) {
        var target = Target.inProject(project, TYPE, upload);
        var admission = Datasets.admission(Permission.WRITE, dataset);
        return gate.onRecord(caller, target, () -> gate.<Dataset, Supplier<Ticket>>read(
                        caller, target, admission, (reading, into) -> {
                            var found = require(reading.tx(), into, upload);
                            var state = found.state(reading.now());
                            if (state != Upload.State.OPEN) {
                                return () -> new Ticket(found, state, null);
                            }
                            var rest = Duration.between(reading.now(), found.expires());
                            var place = sign(reading.project(), found.content(), found.store(), rest);
                            return () -> new Ticket(found, state, place.get().put());
                        })
                .get());
    }

    /** Makes a version of what was put, or answers the version that has this content already. */
    public Answer<Completed> complete(
            Caller caller, @Nullable Once<Completed> once, String project, String dataset, String upload) {
        return gate.askAndChange(
                caller,
                Target.inProject(project, TYPE, upload),
                Datasets.admission(Permission.WRITE, dataset),
                once,
                (reading, into) -> {
                    var found = require(reading.tx(), into, upload);
                    if (found.datasetVersion() != null) {
                        return () -> true;
                    }
                    requireOpen(reading.project(), found, reading.now());
                    return () -> requireStored(reading.project(), found);
                },
                (change, into, stored) -> complete(change, into, upload));
    }

    private static Completed complete(Change change, Dataset into, String id) {
        var tx = change.tx();
        // Everything below is read after this, which waits for whoever is completing an upload of the same dataset.
        var number = tx.datasetVersions().nextNumber(into.id());
        var upload = require(tx, into, id);
        if (upload.datasetVersion() != null) {
            change.unchanged();
            var version = tx.datasetVersions().find(into.project(), upload.datasetVersion());
            return new Completed(version.orElseThrow(), false);
        }
        requireOpen(change.project(), upload, change.now());
        refuseCycles(tx, into, upload.content());
        var known =
                tx.datasetVersions().findByDigest(into.id(), upload.content().digest());
        var version = known.orElseGet(() -> create(change, upload, number));
        if (upload.store() != null) {
            var stored = new StoredObject(upload.project(), upload.content().digest(), upload.store());
            tx.storedObjects().insert(List.of(stored), change.now());
        }
        if (!tx.uploads().complete(upload.id(), version.id())) {
            // Another hub's clock is ahead of this one's, and by that one the time is over.
            throw expired(upload);
        }
        var details = Json.object().put("datasetVersion", version.id().value()).build();
        change.audit(Action.UPLOAD_COMPLETED, upload.id(), details);
        return new Completed(version, known.isEmpty());
    }

    private static DatasetVersion create(Change change, Upload upload, int number) {
        var version = new DatasetVersion(
                change.newId(DatasetVersion.PREFIX),
                upload.project(),
                upload.dataset(),
                number,
                upload.content(),
                change.made());
        change.tx().datasetVersions().insert(version);
        var edges = new ArrayList<LineageEdge>();
        edges.add(LineageEdge.of(version.id(), Relation.VERSION_OF, version.dataset()));
        for (var parent : version.content().parents()) {
            edges.add(LineageEdge.of(version.id(), Relation.DERIVED_FROM, parent));
        }
        change.tx().lineage().insert(version.project(), edges);
        var details = Json.object()
                .put("dataset", version.dataset().value())
                .put("number", number)
                .put("digest", version.content().digest().value())
                .put("size", version.content().size())
                .build();
        change.audit(Action.DATASET_VERSION_CREATED, version.id(), details);
        change.emit("DatasetVersionCreated", version.id());
        return version;
    }

    private static Upload require(Transaction tx, Dataset dataset, String upload) {
        if (!TypeId.isForm(Upload.PREFIX, upload)) {
            throw RefusedException.notFound(TYPE);
        }
        return tx.uploads().find(dataset.id(), new TypeId(upload)).orElseThrow(() -> RefusedException.notFound(TYPE));
    }

    private static void requireFit(Transaction tx, ProjectAccess access, Dataset into, Content content) {
        var project = access.project().requireActive();
        var rights = access.rights();
        var parents = content.parents();
        var known = parents.isEmpty()
                ? Map.<TypeId, DatasetVersion>of()
                : tx.datasetVersions().findAll(project.id(), parents, rights.reach(Permission.READ));
        var violations = new Violations();
        for (var i = 0; i < parents.size(); i++) {
            var parent = known.get(parents.get(i));
            violations.check(
                    parent != null && (rights.isMember() || rights.isGrantedOn(parent.dataset(), Permission.READ)),
                    "/lineageParents/" + i,
                    UNKNOWN_REFERENCE,
                    "There is no dataset version " + parents.get(i) + " in this project.");
        }
        violations.refuseIfAny();
        refuseCycles(tx, into, content);
    }

    /** Content that the dataset has already becomes that version, which must not come from itself. */
    private static void refuseCycles(Transaction tx, Dataset dataset, Content content) {
        var parents = content.parents();
        if (parents.isEmpty()) {
            return;
        }
        var violations = new Violations();
        tx.datasetVersions().findByDigest(dataset.id(), content.digest()).ifPresent(known -> {
            var derived = tx.lineage().derivedFrom(dataset.project(), known.id(), parents);
            for (var i = 0; i < parents.size(); i++) {
                violations.check(
                        !derived.contains(parents.get(i)),
                        "/lineageParents/" + i,
                        CYCLIC_REFERENCE,
                        "The content is that of " + known.id() + ", from which " + parents.get(i) + " comes.");
            }
        });
        violations.refuseIfAny();
    }

    private static void requireOpen(Project project, Upload upload, Instant now) {
        project.requireActive();
        if (upload.state(now) == Upload.State.EXPIRED) {
            throw expired(upload);
        }
    }

    private static RefusedException expired(Upload upload) {
        return RefusedException.of(STATE_CONFLICT, "The upload expired at " + upload.expires() + ". Open another.");
    }

    /** Where content is to be put, and the store that takes it there. */
    private record Place(@Nullable String store, SignedUrl put) {}

    private Supplier<Place> sign(Project project, Content content, @Nullable String store, Duration validity) {
        var key = key(project, content);
        return () -> new Place(
                store,
                PluginFailures.refused(
                        "/size",
                        LIMIT_EXCEEDED,
                        () -> ports.storage(
                                store, Ports.QUICK, asked -> asked.signUpload(key, content.size(), validity))));
    }

    private boolean requireStored(Project project, Upload upload) {
        var content = upload.content();
        var key = key(project, content);
        var size = PluginFailures.refused(() -> ports.storage(upload.store(), Ports.QUICK, store -> store.find(key)))
                .orElseThrow(() -> RefusedException.of(
                        UPLOAD_INCOMPLETE, "The content isn't there yet. PUT it to the URL of the upload first."));
        // The store takes nothing under a digest that isn't its own, so what is there is right and may be another's: it
        // stays.
        if (size != content.size()) {
            throw RefusedException.of(
                    DIGEST_MISMATCH,
                    "The content with this digest has %d bytes, not %d.".formatted(size, content.size()));
        }
        return true;
    }

    private static ObjectKey key(Project project, Content content) {
        return new ObjectKey(project.id().value(), content.digest());
    }
}
