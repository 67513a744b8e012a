package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The hub ends in the middle of something; the next one brings it to its true end, once. */
class KilledHubIT {
    private static final String QUICK = "echo once > /out/result";
    private static final String WAITS =
            "echo ready; while test ! -e /out/go; do sleep 0.05; done; echo once > /out/result";

    private static WholeHub whole;
    private long startsBefore;

    @BeforeAll
    static void start() throws Exception {
        whole = new WholeHub();
    }

    @AfterAll
    static void stop() throws Exception {
        whole.stop();
    }

    @BeforeEach
    void count() throws Exception {
        startsBefore = whole.engine().starts();
    }

    @AfterEach
    void leavesNothing() throws Exception {
        whole.awaitNothingLeft();
    }

    @Test
    void finishesOnceWhatWasBeingHandedToTheEngine() throws Exception {
        Programs.signal("STOP", whole.engine().service());
        String run;
        try {
            run = whole.submit(QUICK);
            whole.await(run, "dispatching");
            whole.kill();
        } finally {
            Programs.signal("CONT", whole.engine().service());
        }
        whole.start();

        assertRanOnce(run);
        assertThat(whole.engine().starts() - startsBefore).isEqualTo(1);
    }

    @Test
    void finishesOnceEachOfManyRunsAtAnyStageOfDispatch() throws Exception {
        var runs = new ArrayList<String>();
        for (var i = 0; i < 4; i++) {
            runs.add(whole.submit(QUICK));
        }
        Patience.untilTrue("a container has started", () -> whole.engine().starts() > startsBefore);
        whole.kill();
        whole.start();

        for (var run : runs) {
            assertRanOnce(run);
        }
        assertThat(whole.engine().starts() - startsBefore).isEqualTo(runs.size());
    }

    @Test
    void adoptsARunThatGoesOn() throws Exception {
        var run = whole.submit(WAITS);
        whole.await(run, "running");
        whole.kill();
        whole.start();

        assertThat(whole.run(run).path("finishedAt").isNull()).isTrue();
        whole.engine().inContainer("touch", "/out/go");
        assertRanOnce(run);
        assertThat(whole.engine().starts() - startsBefore).isEqualTo(1);
    }

    @Test
    void collectsARunThatEndedWhileNoHubWasThere() throws Exception {
        var run = whole.submit(WAITS);
        whole.await(run, "running");
        whole.kill();
        whole.engine().inContainer("touch", "/out/go");
        whole.start();

        assertRanOnce(run);
        assertThat(whole.engine().starts() - startsBefore).isEqualTo(1);
    }

    @Test
    void leavesARunToTheNextHubWhenItIsStopped() throws Exception {
        var run = whole.submit(WAITS);
        whole.await(run, "running");

        assertThat(whole.hub().animus("stop").exitCode()).isZero();
        assertThat(whole.engine().containers()).hasSize(1);
        whole.start();

        whole.engine().inContainer("touch", "/out/go");
        assertRanOnce(run);
        assertThat(whole.engine().starts() - startsBefore).isEqualTo(1);
    }

    @Test
    void showsNothingOfAnUploadThatWasCutOff() throws Exception {
        var developer = whole.developer();
        var versions = WholeHub.PROJECT + "/datasets/cut/versions";
        developer
                .post(WholeHub.PROJECT + "/datasets", "{'name':'cut','description':'d'}")
                .ok();
        var content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        var digest = ImageRegistry.digest(content);
        var upload = developer
                .post(
                        versions,
                        "{'digest':'%s','size':%d,'mediaType':'text/csv','sourceUri':'https://example.org/a',"
                                + "'schema':[{'name':'a','type':'string'}],'statistics':{'rowCount':1}}",
                        digest,
                        content.length)
                .ok();
        var put = URI.create(upload.path("putUrl").asText());
        var complete = upload.path("completeUrl").asText();
        var nobody = MissingNode.getInstance();

        try (var socket = new Socket(put.getHost(), put.getPort())) {
            var out = socket.getOutputStream();
            var head = "PUT %s?%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n"
                    .formatted(put.getRawPath(), put.getRawQuery(), put.getAuthority(), content.length);
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(content, 0, content.length / 2);
            out.flush();
            Patience.untilTrue("half of it has arrived", () -> largestUnfinished() > 0);
            whole.kill();
        }
        whole.start();

        assertThat(developer.get(versions).ok().path("items")).isEmpty();
        var early = developer.post(complete, UUID.randomUUID().toString(), nobody);
        assertThat(early.status()).isEqualTo(409);
        assertThat(early.json().path("code").asText()).isEqualTo("UPLOAD_INCOMPLETE");
        var again = HttpRequest.newBuilder(put).PUT(BodyPublishers.ofByteArray(content));
        developer.send(again).ok();
        var version =
                developer.post(complete, UUID.randomUUID().toString(), nobody).ok();
        assertThat(version.path("digest").asText()).isEqualTo(digest);
    }

    private static long largestUnfinished() throws Exception {
        try (var files = Files.walk(whole.hub().data().resolve("objects"))) {
            return files.filter(file -> file.toString().contains("uploads")
                            || file.toString().contains("tmp"))
                    .map(Path::toFile)
                    .filter(java.io.File::isFile)
                    .mapToLong(java.io.File::length)
                    .max()
                    .orElse(0);
        }
    }

    /** One attempt, which succeeded, and one output with what the program wrote once. */
    private static void assertRanOnce(String run) throws Exception {
        var ended = whole.awaitEnd(run);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("succeeded");
        assertThat(ended.path("attempts").asInt()).isEqualTo(1);
        assertThat(whole.list(run, "attempts")).hasSize(1);
        var results = Optional.of(whole.list(run, "artifacts")).stream()
                .flatMap(all -> all.findValuesAsText("name").stream())
                .filter("result"::equals);
        assertThat(results).hasSize(1);
    }
}
