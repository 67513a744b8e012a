package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** PostgreSQL dies under load and comes back. */
class KilledDatabaseIT {
    private static final int CALLERS = 4;
    private static final String DATASETS = WholeHub.PROJECT + "/datasets";

    /** What a caller got for one data set that it wanted, under an idempotency key that is its name too. */
    private record Tried(String name, RestClient.Answer answer) {}

    private static WholeHub whole;

    @BeforeAll
    static void start() throws Exception {
        whole = new WholeHub();
    }

    @AfterAll
    static void stop() throws Exception {
        whole.stop();
    }

    @Test
    void refusesWhileItIsAwayThenDoesAllOfIt() throws Exception {
        var refused = new AtomicBoolean();
        var served = new AtomicBoolean();
        var killed = new AtomicBoolean();
        var deadline = System.nanoTime() + Patience.USUAL.toNanos();
        Callable<ArrayList<Tried>> caller = () -> {
            var all = new ArrayList<Tried>();
            while (!(refused.get() && served.get()) && System.nanoTime() < deadline) {
                var name = UUID.randomUUID().toString();
                var after = killed.get();
                var tried = new Tried(name, create(name));
                all.add(tried);
                if (tried.answer().status() == 503) {
                    refused.set(true);
                } else if (after && refused.get()) {
                    served.set(true);
                }
            }
            return all;
        };
        var threads = Executors.newFixedThreadPool(CALLERS);
        var tried = new ArrayList<Tried>();
        try {
            var callers = new ArrayList<Future<ArrayList<Tried>>>();
            for (var i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(caller));
            }
            killPostmaster();
            killed.set(true);
            for (var each : callers) {
                tried.addAll(each.get(2 * Patience.USUAL.toSeconds(), TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(refused).isTrue();
        assertThat(served).isTrue();
        whole.awaitReady();

        for (var each : tried) {
            var answer = each.answer();
            if (answer.status() == 503) {
                assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
                assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
                assertThat(answer.json().path("code").asText()).isEqualTo("DATABASE_UNAVAILABLE");
                assertThat(answer.json().path("retryable").asBoolean()).isTrue();
            } else {
                assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
            }
            var again = create(each.name()).ok();
            if (answer.status() == 201) {
                assertThat(again).isEqualTo(answer.json());
            }
        }
        assertThat(names())
                .containsExactlyInAnyOrderElementsOf(
                        tried.stream().map(Tried::name).toList());
        whole.await(whole.submit("echo x > /out/result"), "succeeded");
        whole.awaitNothingLeft();
    }

    private static RestClient.Answer create(String name) throws Exception {
        var body = RestClient.JSON.createObjectNode().put("name", name).put("description", "d");
        return whole.developer().post(DATASETS, name, body);
    }

    /** Names of all data sets, page by page. */
    private static List<String> names() throws Exception {
        var names = new ArrayList<String>();
        for (var token = ""; ; ) {
            var page = whole.developer()
                    .get(DATASETS + "?pageSize=500" + (token.isEmpty() ? "" : "&pageToken=" + token))
                    .ok();
            names.addAll(page.path("items").findValuesAsText("name"));
            if (page.path("nextPageToken").isNull()) {
                return names;
            }
            token = URLEncoder.encode(page.path("nextPageToken").asText(), StandardCharsets.UTF_8);
        }
    }

    private static void killPostmaster() throws Exception {
        var file = whole.hub().data().resolve("postgres/data/postmaster.pid");
        var pid = Long.parseLong(Files.readAllLines(file).get(0).strip());
        Programs.signal("KILL", ProcessHandle.of(pid).orElseThrow());
    }
}
