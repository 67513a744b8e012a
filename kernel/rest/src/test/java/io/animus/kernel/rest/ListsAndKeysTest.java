package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListsAndKeysTest {
    private static final String ACCOUNTS = "/api/v1/service-accounts";

    private static TestHub hub;
    private static Client admin;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        admin = hub.client("admin", "platform-admin", "security-officer");
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void pagesStayPutWhileItemsAreAdded() {
        for (var i = 0; i < 7; i++) {
            account("paged-" + i);
        }
        var seen = new ArrayList<String>();
        var page = admin.get(ACCOUNTS + "?pageSize=3");
        seen.addAll(names(page));
        while (!page.json().get("nextPageToken").isNull()) {
            account("late-" + seen.size());
            page = admin.get(ACCOUNTS + "?pageSize=3&pageToken=" + page.text("nextPageToken"));
            seen.addAll(names(page));
        }

        assertThat(seen).doesNotHaveDuplicates().contains("paged-0", "paged-6", "admin");
        assertThat(seen).noneMatch(name -> name.startsWith("late-"));
    }

    @Test
    void takesAPageTokenOnlyForItsOwnList() {
        account("token-a");
        account("token-b");
        var token = admin.get(ACCOUNTS + "?pageSize=1").text("nextPageToken");
        var events =
                admin.get("/api/v1/audit/events?pageSize=1&outcome=success").text("nextPageToken");

        assertThat(admin.get("/api/v1/projects?pageToken=" + token).text("code"))
                .isEqualTo("INVALID_PAGE_TOKEN");
        assertThat(admin.get("/api/v1/audit/events?pageToken=" + events).text("code"))
                .isEqualTo("INVALID_PAGE_TOKEN");
        assertThat(admin.get("/api/v1/audit/events?outcome=success&pageSize=2&pageToken=" + events)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void ordersByMembersThatAnIndexServes() {
        for (var name : List.of("order-b", "order-c", "order-a")) {
            account(name);
        }

        assertThat(ordered("name")).containsExactly("order-a", "order-b", "order-c");
        assertThat(ordered("name%20%20asc")).containsExactly("order-a", "order-b", "order-c");
        assertThat(ordered("name+desc")).containsExactly("order-c", "order-b", "order-a");
        assertThat(ordered("-name")).isEqualTo(ordered("name%20desc"));
        assertThat(ordered("createdAt")).containsExactly("order-b", "order-c", "order-a");
        assertThat(ordered("createdAt%20desc")).containsExactly("order-a", "order-c", "order-b");
    }

    @Test
    void refusesOrdersThatNoIndexServes() {
        for (var order : List.of(
                "", "description", "NAME", "name%20up", "-name%20asc", "name,createdAt", "name%00", "id;drop")) {
            var refused = admin.get(ACCOUNTS + "?orderBy=" + order);

            assertThat(refused.status()).as(order).isEqualTo(400);
            assertThat(refused.text("code")).as(order).isEqualTo("INVALID_PARAMETER");
            assertThat(refused.json().at("/errors/0/parameter").asText()).isEqualTo("orderBy");
            assertThat(refused.json().at("/errors/0/detail").asText()).contains("createdAt, name");
        }
    }

    @Test
    void takesAPageTokenOnlyForItsOwnOrder() {
        account("swapped-a");
        account("swapped-b");
        var byName = admin.get(ACCOUNTS + "?pageSize=1&orderBy=name").text("nextPageToken");
        var byTime = admin.get(ACCOUNTS + "?pageSize=1&orderBy=createdAt").text("nextPageToken");
        var forged = PageToken.of(ACCOUNTS + "{orderBy=[createdAt]}", "swapped-a");

        for (var swapped : List.of(
                "orderBy=createdAt&pageToken=" + byName,
                "orderBy=name&pageToken=" + byTime,
                "orderBy=name%20desc&pageToken=" + byName,
                "pageToken=" + byTime,
                "orderBy=createdAt&pageToken=" + forged)) {
            var refused = admin.get(ACCOUNTS + "?" + swapped);

            assertThat(refused.status()).as(swapped).isEqualTo(400);
            assertThat(refused.text("code")).as(swapped).isEqualTo("INVALID_PAGE_TOKEN");
            assertThat(refused.json().at("/errors/0/parameter").asText()).isEqualTo("pageToken");
        }
    }

    /** The names that were made for this, of a list that is read page by page. */
    private static List<String> ordered(String order) {
        var path = ACCOUNTS + "?pageSize=2&orderBy=" + order;
        var page = admin.get(path);
        var seen = new ArrayList<>(names(page));
        while (!page.json().get("nextPageToken").isNull()) {
            page = admin.get(path + "&pageToken=" + page.text("nextPageToken"));
            seen.addAll(names(page));
        }
        assertThat(seen).doesNotHaveDuplicates();
        return seen.stream().filter(name -> name.startsWith("order-")).toList();
    }

    @Test
    void showsASecretOnceAndNeverAgain() {
        var account = account("keyed").text("id");
        var path = ACCOUNTS + "/" + account + "/keys";
        var made = admin.post(path, "{}", "Idempotency-Key", "key-1");
        var replayed = admin.post(path, "{}", "Idempotency-Key", "key-1");
        var newcomer = new Client(admin.hub(), made.text("secret"));

        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        assertThat(newcomer.get("/api/v1/me").text("name")).isEqualTo("keyed");
        assertThat(replayed.json().get("secret").isNull()).isTrue();
        assertThat(admin.get(path).body()).doesNotContain("ank_");

        assertThat(admin.delete(made.header("Location"), "If-Match", made.header("ETag"))
                        .status())
                .isEqualTo(204);
        assertThat(newcomer.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(admin.delete(made.header("Location"), "If-Match", "\"2\"").text("code"))
                .isEqualTo("STATE_CONFLICT");
    }

    @Test
    void makesOneThingOfManyRequestsUnderOneKey() throws Exception {
        var many = 12;
        var ready = new CountDownLatch(many);
        var threads = Executors.newFixedThreadPool(many);
        try {
            var answers = IntStream.range(0, many)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                ready.countDown();
                                await(ready);
                                return admin.post(ACCOUNTS, "{\"name\": \"raced\"}", "Idempotency-Key", "race");
                            },
                            threads))
                    .toList();
            var replies = answers.stream().map(CompletableFuture::join).toList();

            assertThat(replies).allMatch(reply -> reply.status() == 201, "is created");
            assertThat(replies.stream().map(Client.Reply::body).distinct()).hasSize(1);
            assertThat(replies.stream().filter(reply -> reply.header("Idempotency-Replayed")
                            .isEmpty()))
                    .hasSize(1);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void recordsWhatWasRefused() {
        var refused = admin.get("/api/v1/projects/absent", "X-Request-Id", "find-me", "User-Agent", "test");
        var event = admin.get("/api/v1/audit/events?action=access.denied&pageSize=500")
                .json()
                .get("items");

        var recorded = new ArrayList<com.fasterxml.jackson.databind.JsonNode>();
        event.forEach(recorded::add);
        assertThat(recorded)
                .filteredOn(one -> one.get("id").asText().equals(refused.header("Audit-Event")))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.get("requestId").asText()).isEqualTo("find-me");
                    assertThat(one.get("reason").asText()).isEqualTo("NOT_FOUND");
                    assertThat(one.at("/actor/subject").asText()).isEqualTo(admin.account());
                    assertThat(one.at("/details/operation").asText()).isEqualTo("getProject");
                });
    }

    private static Client.Reply account(String name) {
        return admin.post(ACCOUNTS, "{\"name\": \"%s\"}".formatted(name));
    }

    private static List<String> names(Client.Reply page) {
        return page.json().get("items").findValuesAsText("name");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
