package io.animus.kernel.core;

import static io.animus.kernel.core.Kernel.done;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.project.Project;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A developer at work on the datasets of a project of its own. */
final class DatasetSteps {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final Kernel kernel;
    final Uploads uploads;
    final DatasetVersions versions;
    final Datasets datasets;
    final Project project;
    final Caller developer;
    /** What steps are about. */
    Dataset dataset;

    DatasetSteps(Kernel kernel) {
        this.kernel = kernel;
        uploads = new Uploads(kernel.gate(), kernel.ports());
        versions = new DatasetVersions(kernel.gate(), kernel.ports());
        datasets = new Datasets(kernel.gate());
        project = kernel.project();
        developer = kernel.member(project, Role.DEVELOPER);
        dataset = done(datasets.create(developer, null, project(), draft("penguins")));
    }

    /** From now on steps are about a new dataset. */
    void begin(String name) {
        dataset = done(datasets.create(developer, null, project(), draft(name)));
    }

    static Datasets.Draft draft(String name) {
        return new Datasets.Draft(new Name(name), null, List.of());
    }

    Uploads.Ticket open(Content content) {
        return done(uploads.open(developer, null, project(), dataset(), content));
    }

    Uploads.Completed complete(Uploads.Ticket ticket) {
        return done(uploads.complete(developer, null, project(), dataset(), id(ticket)));
    }

    DatasetVersion version(String text, TypeId... parents) throws Exception {
        var ticket = open(content(text, parents));
        put(ticket.put(), text);
        return complete(ticket).version();
    }

    DatasetVersion find(String version) {
        return versions.find(developer, project(), dataset(), version);
    }

    List<DatasetVersion> list() {
        return versions.list(developer, project(), dataset(), new PageRequest(10, null, true))
                .items();
    }

    String download(Caller caller, String version) throws Exception {
        var url = done(versions.download(caller, project(), dataset(), version))
                .get()
                .url();
        return HTTP.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
                .body();
    }

    static int put(SignedUrl url, String text) throws Exception {
        var request = HttpRequest.newBuilder(url.url())
                .PUT(BodyPublishers.ofString(text))
                .build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }

    static Content content(String text, TypeId... parents) {
        var bytes = text.getBytes(UTF_8);
        return new Content(
                Digest.of(bytes), bytes.length, "text/csv", null, List.of(), null, List.of(parents), retention());
    }

    static Name retention() {
        return Content.DEFAULT_RETENTION;
    }

    String project() {
        return project.id().value();
    }

    String dataset() {
        return dataset.id().value();
    }

    static String id(Uploads.Ticket ticket) {
        return ticket.upload().id().value();
    }

    static RefusedException refusal(ThrowingCallable call) {
        return catchThrowableOfType(RefusedException.class, call);
    }

    static List<ProblemCode> refused(ThrowingCallable call) {
        return refusal(call).violations().stream().map(v -> v.code()).toList();
    }

    /** Starts all calls at the same moment. */
    static <T> List<T> together(List<Callable<T>> calls) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            var barrier = new CyclicBarrier(calls.size());
            var running = new ArrayList<Future<T>>();
            for (var call : calls) {
                running.add(threads.submit(() -> {
                    barrier.await();
                    return call.call();
                }));
            }
            var answers = new ArrayList<T>();
            for (var each : running) {
                answers.add(each.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }
}
