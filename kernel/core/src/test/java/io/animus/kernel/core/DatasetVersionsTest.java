package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.content;
import static io.animus.kernel.core.DatasetSteps.put;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.DatasetSteps.together;
import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.NOT_FOUND;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.DatasetVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dataset versions, as those see them who may and who may not. */
class DatasetVersionsTest {
    private static Kernel kernel;

    private DatasetSteps steps;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void begin() {
        steps = new DatasetSteps(kernel);
    }

    @Test
    void sameContentTwiceIsTheSameVersion() throws Exception {
        var first = steps.version("same");
        var ticket = steps.open(content("same"));
        var second = steps.complete(ticket);

        assertThat(second.created()).isFalse();
        assertThat(second.version()).isEqualTo(first);
        assertThat(kernel.audited(ticket.upload().id())).containsExactly("upload.opened", "upload.completed");
        assertThat(kernel.audited(first.id())).containsExactly("dataset_version.created");
    }

    @Test
    void concurrentUploadsAreNumberedDensely() throws Exception {
        var count = 12;
        var tickets = new ArrayList<Uploads.Ticket>();
        for (var i = 0; i < count; i++) {
            // Two of each content: half of them must find the other's version.
            var ticket = steps.open(content("row " + i / 2));
            put(ticket.put(), "row " + i / 2);
            tickets.add(ticket);
        }
        var completed = together(tickets.stream()
                .<Callable<Uploads.Completed>>map(t -> () -> steps.complete(t))
                .toList());

        assertThat(completed).filteredOn(Uploads.Completed::created).hasSize(count / 2);
        assertThat(completed.stream().map(c -> c.version().number()).distinct().sorted())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, count / 2).boxed().toList());
    }

    @Test
    void pageOfLongStatisticsEndsEarlyAndTheNextOneGoesOn() throws Exception {
        var statistics = Json.object().put("text", "x".repeat(400_000)).build();
        var all = new ArrayList<TypeId>();
        for (var i = 0; i < 5; i++) {
            var text = "long " + i;
            var ticket = steps.open(withStatistics(content(text), statistics));
            put(ticket.put(), text);
            all.add(0, steps.complete(ticket).version().id());
        }

        var listed = new ArrayList<TypeId>();
        var sizes = new ArrayList<Integer>();
        @Nullable String after = null;
        do {
            var page = steps.versions.list(
                    steps.developer, steps.project(), steps.dataset(), new PageRequest(4, after, true));
            page.items().forEach(version -> listed.add(version.id()));
            sizes.add(page.items().size());
            after = page.next();
        } while (after != null);

        assertThat(listed).containsExactlyElementsOf(all);
        assertThat(sizes).containsExactly(2, 2, 1);
    }

    private static Content withStatistics(Content content, Json statistics) {
        return new Content(
                content.digest(),
                content.size(),
                content.mediaType(),
                null,
                List.of(),
                statistics,
                List.of(),
                content.retentionClass());
    }

    @Test
    void whoIsNotInTheProjectFindsNothing() throws Exception {
        steps.version("secret");
        var stranger = kernel.member(kernel.project(), Role.OWNER);

        assertThat(refused(() -> steps.versions.find(stranger, steps.project(), steps.dataset(), "1")))
                .containsExactly(NOT_FOUND);
        assertThat(refused(() -> steps.versions.download(stranger, steps.project(), steps.dataset(), "1")))
                .containsExactly(NOT_FOUND);
    }

    @Test
    void archivedProjectTakesNothingNewButIsRead() throws Exception {
        steps.version("kept");
        var ticket = steps.open(content("too late"));
        put(ticket.put(), "too late");
        kernel.archive(steps.project);

        assertThat(refused(() -> steps.open(content("new")))).containsExactly(STATE_CONFLICT);
        assertThat(refused(() -> steps.complete(ticket))).containsExactly(STATE_CONFLICT);
        assertThat(steps.download(steps.developer, "1")).isEqualTo("kept");
    }

    @Test
    void downloadIsOnRecord() throws Exception {
        var version = steps.version("content");
        var auditor = kernel.member(steps.project, Role.AUDITOR);
        var viewer = kernel.member(steps.project, Role.VIEWER);

        assertThat(steps.download(auditor, "1")).isEqualTo("content");
        assertThat(refused(() -> steps.versions.download(viewer, steps.project(), steps.dataset(), "1")))
                .containsExactly(FORBIDDEN);
        assertThat(kernel.audited(version.id()))
                .containsExactly("dataset_version.created", "dataset_version.downloaded");
    }

    @Test
    void pagesFromTheNewest() throws Exception {
        for (var i = 1; i <= 5; i++) {
            steps.version("page " + i);
        }
        var first =
                steps.versions.list(steps.developer, steps.project(), steps.dataset(), new PageRequest(3, null, true));
        var second = steps.versions.list(
                steps.developer, steps.project(), steps.dataset(), new PageRequest(3, first.next(), true));

        assertThat(first.items()).extracting(DatasetVersion::number).containsExactly(5, 4, 3);
        assertThat(second.items()).extracting(DatasetVersion::number).containsExactly(2, 1);
        assertThat(second.next()).isNull();
    }
}
