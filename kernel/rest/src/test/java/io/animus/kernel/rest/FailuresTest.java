package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
    @Test
    void slowsDownWhoSendsTooMuch(@TempDir Path folder) throws Exception {
        var hub = new TestHub(folder, 2);
        try {
            var busy = hub.client("busy");
            busy.get("/api/v1/me");
            busy.get("/api/v1/me");

            var first = busy.get("/api/v1/me");
            var second = busy.get("/api/v1/me");

            assertThat(first.status()).isEqualTo(429);
            assertThat(first.text("code")).isEqualTo("RATE_LIMITED");
            assertThat(first.json().get("retryable").asBoolean()).isTrue();
            assertThat(first.header("Audit-Event")).startsWith("aud_");
            assertThat(second.status()).isEqualTo(429);
            assertThat(second.header("Audit-Event")).isEmpty();
            assertThat(hub.client("other").get("/api/v1/me").status()).isEqualTo(200);
        } finally {
            hub.close();
        }
    }

    @Test
    void recordsNoFloodOfRequestsWithoutAKeyAndLetsKeysIn(@TempDir Path folder) throws Exception {
        var hub = new TestHub(folder, 2);
        try {
            var stranger = hub.client();
            assertThat(stranger.get("/api/v1/me").status()).isEqualTo(401);
            assertThat(stranger.get("/api/v1/me").status()).isEqualTo(401);

            assertThat(stranger.get("/api/v1/me").header("Audit-Event")).startsWith("aud_");
            var flood = stranger.get("/api/v1/projects", "Authorization", "Bearer ank_" + "x".repeat(43));

            assertThat(flood.status()).isEqualTo(429);
            assertThat(flood.header("Retry-After")).matches("[1-9][0-9]*");
            assertThat(flood.header("Audit-Event")).isEmpty();
            assertThat(hub.client("known").get("/api/v1/me").status()).isEqualTo(200);
        } finally {
            hub.close();
        }
    }

    @Test
    void countsRequestsByWhatTheyAskedForAndHowTheyWereAnswered(@TempDir Path folder) throws Exception {
        var hub = new TestHub(folder);
        try {
            var client = hub.client("counted");
            client.get("/api/v1/me");
            client.get("/api/v1/me");
            hub.client().get("/api/v1/me");
            client.get("/api/v1/projects/" + "x".repeat(40));
            client.get("/nothing/here");

            assertThat(client.get("/metrics").body().lines())
                    .contains(
                            "animus_http_request_seconds_count{operation=\"getMe\",status=\"200\"} 2",
                            "animus_http_request_seconds_count{operation=\"getMe\",status=\"401\"} 1",
                            "animus_http_request_seconds_count{operation=\"getProject\",status=\"404\"} 1",
                            "animus_http_request_seconds_count{operation=\"none\",status=\"404\"} 1");
        } finally {
            hub.close();
        }
    }

    @Test
    void answers503WhileTheDatabaseIsAway(@TempDir Path folder) throws Exception {
        var hub = new TestHub(folder);
        try {
            var client = hub.client("client");
            hub.stopDatabase();

            var answer = client.get("/api/v1/me");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text("code")).isEqualTo("DATABASE_UNAVAILABLE");
            assertThat(answer.body()).doesNotContain("Exception").doesNotContain("jdbc");
            assertThat(client.get("/readyz").status()).isEqualTo(503);
            assertThat(client.get("/healthz").status()).isEqualTo(200);
        } finally {
            hub.close();
        }
    }
}
