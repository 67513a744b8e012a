package io.animus.plugin.events.webhook;

import static io.animus.api.tck.EventPublisherContract.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.events.Destination;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.tck.EventPublisherContract;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.WebhookReceiver;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real receiver over HTTPS, which checks signatures on its own. */
class WebhookEventPublisherTest implements EventPublisherContract {
    private static final TypeId SUBSCRIPTION = new TypeId("whk_00000000000000000000000001");

    @TempDir
    static Path shared;

    private static TlsCertificates certificates;

    @TempDir
    Path folder;

    private WebhookReceiver receiver;
    private WebhookEventPublisher publisher;

    @BeforeAll
    static void certify() throws Exception {
        certificates = TlsCertificates.in(shared);
    }

    @BeforeEach
    void start() throws Exception {
        receiver = new WebhookReceiver(folder, certificates, Shown.GOOD, WebhookReceiver.SECRET);
        publisher =
                Publishers.of(Publishers.local(folder, certificates.authority().toString(), Map.of()));
    }

    @AfterEach
    void stop() {
        publisher.close();
        receiver.close();
    }

    @Override
    public EventPublisher publisher() {
        return publisher;
    }

    @Override
    public Destination destination() {
        return to("/", "team");
    }

    @Override
    public Destination deadDestination() {
        return new Destination(SUBSCRIPTION, URI.create("https://127.0.0.1:1/"), "team");
    }

    @Override
    public URI foreignUrl() {
        return URI.create("kafka://127.0.0.1/topic");
    }

    @Override
    public List<String> received() {
        return receiver.received().stream()
                .filter(WebhookReceiver.Received::isSigned)
                .map(message -> message.header("webhook-id"))
                .toList();
    }

    private Destination to(String path, @Nullable String secret) {
        return new Destination(SUBSCRIPTION, receiver.url(path), secret);
    }

    @Test
    void postsACloudEvent() {
        publisher.publish(event(1), to("/hooks/a%20b?x=1", "team"));
        var message = receiver.received().get(0);
        assertThat(message.path()).isEqualTo("/hooks/a%20b?x=1");
        assertThat(message.header("content-type")).isEqualTo("application/cloudevents+json");
        assertThat(message.header("host")).isEqualTo(receiver.url("/").getRawAuthority());
        assertThat(Json.read(message.body()))
                .isEqualTo(Json.object()
                        .put("specversion", "1.0")
                        .put("id", event(1).id().value())
                        .put("source", "urn:animus:hub-1")
                        .put("type", "io.animus.RunCreated")
                        .put("subject", "run_1")
                        .put("time", "2026-01-01T12:00:00.123456Z")
                        .put("datacontenttype", "application/json")
                        .put("data", event(1).data())
                        .build());
    }

    @Test
    void usesAConnectionAgainUntilTheReceiverLeaves() {
        for (var n = 0; n < 5; n++) {
            assertThat(publisher.publish(event(n), destination())).isEqualTo(new Outcome.Delivered(200));
        }
        assertThat(receiver.received())
                .extracting(WebhookReceiver.Received::connection)
                .hasSize(5)
                .containsOnly(receiver.received().get(0).connection());
        for (var n = 5; n < 8; n++) {
            assertThat(publisher.publish(event(n), to("/leaving", "team"))).isEqualTo(new Outcome.Delivered(200));
        }
        assertThat(received()).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void deliversToAReceiverThatWasStartedAnewMeanwhile() throws Exception {
        assertThat(publisher.publish(event(1), destination())).isEqualTo(new Outcome.Delivered(200));
        receiver.kill();
        receiver.start();
        assertThat(publisher.publish(event(2), destination())).isEqualTo(new Outcome.Delivered(200));
        assertThat(received()).hasSize(2);
    }

    @Test
    void isRefusedByAReceiverWithAnotherSecret() throws Exception {
        Publishers.secret(
                folder.resolve("secrets/team"), "whsec_" + Base64.getEncoder().encodeToString(new byte[32]));
        assertThat(publisher.publish(event(1), destination()))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
                    assertThat(refused.status()).isEqualTo(401);
                    assertThat(refused.isGone()).isFalse();
                });
    }

    @Test
    void signsWithItsOwnKeyForASubscriptionWithoutASecret() throws Exception {
        var key = folder.resolve("own.key");
        openssl("genpkey", "-algorithm", "ed25519", "-out", key.toString());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        var open = new WebhookReceiver(folder.resolve("open"), certificates, Shown.GOOD, "-");
        var signing = Publishers.of(Publishers.local(
                folder, certificates.authority().toString(), Map.of("signing__key__file", key.toString())));
        try {
            assertThat(signing.publish(event(1), new Destination(SUBSCRIPTION, open.url("/"), null)))
                    .isEqualTo(new Outcome.Delivered(200));
        } finally {
            signing.close();
            open.close();
        }
        var message = open.received().get(0);
        var signature = message.header("webhook-signature");
        assertThat(signature).startsWith("v1a,");
        var head = message.header("webhook-id") + "." + message.header("webhook-timestamp") + ".";
        Files.writeString(folder.resolve("content"), head + new String(message.body(), UTF_8));
        Files.write(folder.resolve("signature"), Base64.getDecoder().decode(signature.substring(4)));
        openssl(
                "pkeyutl",
                "-verify",
                "-inkey",
                key.toString(),
                "-rawin",
                "-in",
                folder.resolve("content").toString(),
                "-sigfile",
                folder.resolve("signature").toString());
    }

    @Test
    void keepsEventsWhileTheHubCanNotSign() throws Exception {
        assertThat(publisher.publish(event(1), to("/", null)))
                .isInstanceOfSatisfying(Outcome.Postponed.class, postponed -> assertThat(postponed.reason())
                        .contains("signing_key_file"));
        Files.setPosixFilePermissions(folder.resolve("secrets/team"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(publisher.publish(event(1), destination()))
                .isInstanceOfSatisfying(Outcome.Postponed.class, postponed -> assertThat(postponed.reason())
                        .contains("operator")
                        .doesNotContain(folder.toString()));
        assertThat(receiver.received()).isEmpty();
        var bare = Publishers.of(Map.of());
        assertThat(bare.health().state()).isEqualTo(PluginHealth.State.DEGRADED);
        bare.close();
    }

    @Test
    void findsSecretsInItsDirectoryOnly() throws Exception {
        Publishers.secret(folder.resolve("outside"), WebhookReceiver.SECRET);
        assertThat(publisher.knowsSecret("team")).isTrue();
        for (var name : List.of("", ".", "..", "../outside", "/etc/passwd", "team/", "TEAM", "te\u0000am")) {
            assertThat(publisher.knowsSecret(name)).as(name).isFalse();
        }
    }

    @Test
    void postsOverPlainHttpOnlyWhereTheOperatorAllowsIt() {
        var http = URI.create("http://127.0.0.1:1/");
        assertThat(publisher.serves(http)).isFalse();
        assertThat(publisher.serves(URI.create("https://user:password@127.0.0.1/")))
                .isFalse();
        assertThat(publisher.publish(event(1), new Destination(SUBSCRIPTION, http, "team")))
                .isInstanceOf(Outcome.Refused.class);
        var lax = Publishers.of(Map.of("insecure__hosts", new String[] {"127.0.0.1:1"}));
        assertThat(lax.serves(http)).isTrue();
        lax.close();
    }

    private static void openssl(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(new String(process.getInputStream().readAllBytes(), UTF_8))
                .isZero();
    }
}
