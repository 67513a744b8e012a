package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.WebhookReceiver;
import io.animus.api.tck.WebhookReceiver.Received;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens in a shipped hub arrives by all three ways at once: the audit log at a real rsyslog over TLS and, signed, at a
 * receiver over HTTPS; domain events, signed too, at a subscriber. Its traces arrive at a collector, which may die.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ThreeWaysOutIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final Pattern MESSAGE =
            Pattern.compile("<1[01][0-9]>1 .* id=\"([^\"]+)\" leafIndex=\"([0-9]+)\" leafHash=\"([^\"]+)\".*\\}");
    private static final String VERSION =
            "{'digest':'%s','size':%d,'mediaType':'text/csv','sourceUri':'https://example.org/a',"
                    + "'schema':[{'name':'a','type':'string'}],'statistics':{'rowCount':1}}";
    private static final byte[] CONTENT = "a\n1\n".getBytes(UTF_8);

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private Path folder;
    private TlsCertificates certificates;
    private WebhookReceiver receiver;
    private Process rsyslog;
    private SpanCollector collector;
    private UnpackedHub hub;
    private RestClient admin;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        collector = new SpanCollector();
        certificates = TlsCertificates.in(folder);
        receiver = new WebhookReceiver(folder.resolve("receiver"), certificates, Shown.GOOD, WebhookReceiver.SECRET);
        var port = UnpackedHub.freePort();
        startRsyslog(port);
        hub = UnpackedHub.freshIn(folder);
        var secrets = Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("shared"), WebhookReceiver.SECRET);
        Files.setPosixFilePermissions(secrets.resolve("shared"), PosixFilePermissions.fromString("rw-------"));
        configure("siem.syslog", Map.of("host", "127.0.0.1", "port", port));
        configure(
                "siem.webhook",
                Map.of(
                        "url", receiver.url("/audit"),
                        "secret_file", secrets.resolve("shared"),
                        "allowed_hosts", "127.0.0.1"));
        configure("events.webhook", Map.of("secrets_directory", secrets, "allowed_hosts", "127.0.0.1"));
        Files.writeString(hub.home().resolve("etc/io.animus.tracing.cfg"), "endpoint = " + collector.url() + "\n");
        var started = hub.animus("start");
        var key = KEY.matcher(started.out());
        assertThat(key.find()).as(started.out() + started.err()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
    }

    @AfterAll
    void stop() throws Exception {
        hub.close();
        collector.close();
        receiver.close();
        Programs.stop(rsyslog);
    }

    @Test
    void everyEventArrivesByEveryWay() throws Exception {
        var owner = account("owner");
        var project = "/api/v1/projects/told";
        admin.post("/api/v1/projects", "{'name':'told','title':'Told','owners':[%s]}", owner.subject())
                .ok();
        owner.client()
                .post(project + "/role-bindings", "{'role':'maintainer','subject':%s}", owner.subject())
                .ok();
        owner.client()
                .post(
                        project + "/webhooks",
                        "{'url':'%s','events':['DatasetVersionCreated'],'secret':'shared'}",
                        receiver.url("/events"))
                .ok();
        var version = version(owner.client(), project);
        var last = account("last");

        Patience.untilTrue("a domain event arrives", () -> !messages("/events").isEmpty());
        Patience.untilTrue("the log arrives at rsyslog", () -> text().contains(last.id()));
        Patience.untilTrue("the log arrives at the webhook", () -> messages("/audit").stream()
                .anyMatch(message -> new String(message.body(), UTF_8).contains(last.id())));

        assertThat(receiver.received()).allMatch(Received::isSigned);
        var told = RestClient.JSON.readTree(messages("/events").get(0).body());
        assertThat(told.path("type").asText()).isEqualTo("io.animus.DatasetVersionCreated");
        assertThat(told.path("subject").asText()).isEqualTo(version);
        var bySyslog = bySyslog();
        assertThat(bySyslog.keySet())
                .containsExactlyElementsOf(
                        LongStream.range(0, bySyslog.size()).boxed().toList());
        // What came last to one may not have come to the other yet.
        var byWebhook = byWebhook();
        var both = Math.min(bySyslog.size(), byWebhook.size());
        assertThat(byWebhook.headMap((long) both)).isEqualTo(bySyslog.headMap((long) both));
        assertThat(both).isGreaterThan(8);
        var sinks = admin.get("/api/v1/audit/sinks").ok().path("items");
        assertThat(sinks).extracting(sink -> sink.path("state").asText()).containsExactly("running", "running");
    }

    @Test
    void tracesArriveAndADeadCollectorHarmsNothing() throws Exception {
        var owner = account("tracer");
        var project = "/api/v1/projects/traced";
        admin.post("/api/v1/projects", "{'name':'traced','title':'Traced','owners':[%s]}", owner.subject())
                .ok();
        owner.client()
                .post(project + "/role-bindings", "{'role':'maintainer','subject':%s}", owner.subject())
                .ok();
        owner.client()
                .post(project + "/datasets", "{'name':'data','description':'d'}")
                .ok();
        var upload = owner.client()
                .request(project + "/datasets/data/versions")
                .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                .header("Idempotency-Key", "traced")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(VERSION.formatted(ImageRegistry.digest(CONTENT), CONTENT.length)
                        .replace('\'', '"')));
        owner.client().send(upload).ok();

        var request = collector.await(
                "the request",
                span -> span.trace().equals(TRACE) && span.parent().equals("00f067aa0ba902b7"));
        var call = collector.await(
                "the call", span -> span.trace().equals(TRACE) && span.parent().equals(request.id()));
        assertThat(request.name()).isEqualTo("createUpload");
        assertThat(request.attributes()).containsEntry("http.response.status_code", "201");
        assertThat(call.name()).startsWith("storage ");
        assertThat(call.attributes())
                .containsEntry("animus.plugin", "storage/filesystem/default")
                .containsEntry("animus.port.outcome", "success")
                .containsEntry("animus.port.retries", "0");
        var own =
                collector.await("a trace of the hub's own", span -> span.name().equals("createProject"));
        Patience.untilTrue("its id is in the audit log", () -> messages("/audit").stream()
                .anyMatch(message -> new String(message.body(), UTF_8).contains(own.trace())));

        collector.close();
        account("late");
        Patience.untilTrue(
                "the hub counts what is lost", () -> !metric("failed").equals("0.0"));
        for (var i = 0; i < 50; i++) {
            admin.get("/api/v1/me").ok();
        }
        assertThat(log()).filteredOn(line -> line.contains("takes no spans")).hasSize(1);
        assertThat(log()).noneMatch(line -> line.contains("io.opentelemetry"));
    }

    private String metric(String outcome) throws Exception {
        var line = "animus_trace_spans_total{outcome=\"" + outcome + "\"} ";
        return admin.send(admin.request("/metrics").GET())
                .response()
                .body()
                .lines()
                .filter(found -> found.startsWith(line))
                .map(found -> found.substring(line.length()))
                .findFirst()
                .orElseThrow();
    }

    private List<String> log() throws IOException {
        return Files.readAllLines(hub.data().resolve("log/animus.log"));
    }

    /** Somebody with a key. */
    private record Account(String id, RestClient client) {
        String subject() {
            return "{'kind':'serviceAccount','id':'" + id + "'}";
        }
    }

    private Account account(String name) throws Exception {
        var id = admin.post("/api/v1/service-accounts", "{'name':'%s','description':'d'}", name)
                .ok()
                .path("id")
                .asText();
        var made = admin.post("/api/v1/service-accounts/" + name + "/keys", "{'description':'d','ttlSeconds':86400}")
                .ok();
        return new Account(id, admin.as(made.path("secret").asText()));
    }

    /** A version of a dataset; its id. */
    private static String version(RestClient client, String project) throws Exception {
        client.post(project + "/datasets", "{'name':'data','description':'d'}").ok();
        var upload = client.post(
                        project + "/datasets/data/versions", VERSION, ImageRegistry.digest(CONTENT), CONTENT.length)
                .ok();
        client.send(HttpRequest.newBuilder(URI.create(upload.path("putUrl").asText()))
                        .PUT(BodyPublishers.ofByteArray(CONTENT)))
                .ok();
        return client.post(
                        upload.path("completeUrl").asText(), UUID.randomUUID().toString(), MissingNode.getInstance())
                .ok()
                .path("id")
                .asText();
    }

    private List<Received> messages(String path) {
        return receiver.received().stream()
                .filter(message -> message.path().equals(path))
                .toList();
    }

    /** Id and leaf hash by leaf index, as rsyslog wrote them. */
    private TreeMap<Long, String> bySyslog() throws IOException {
        var found = new TreeMap<Long, String>();
        text().lines()
                .map(MESSAGE::matcher)
                .filter(java.util.regex.Matcher::matches)
                .forEach(line -> found.put(Long.parseLong(line.group(2)), line.group(1) + " " + line.group(3)));
        return found;
    }

    /** The same, as the webhook took them. */
    private TreeMap<Long, String> byWebhook() throws IOException {
        var found = new TreeMap<Long, String>();
        for (var message : messages("/audit")) {
            for (JsonNode event : RestClient.JSON.readTree(message.body())) {
                found.put(
                        Long.parseLong(event.path("leafindex").asText()),
                        event.path("id").asText() + " " + event.path("leafhash").asText());
            }
        }
        return found;
    }

    private String text() throws IOException {
        var file = folder.resolve("syslog");
        return Files.exists(file) ? Files.readString(file, UTF_8) : "";
    }

    private void configure(String plugin, Map<String, Object> settings) throws IOException {
        var lines = new StringBuilder("ca_file = " + certificates.authority() + "\n");
        settings.forEach(
                (key, value) -> lines.append(key).append(" = ").append(value).append('\n'));
        Files.writeString(hub.home().resolve("etc/io.animus.plugin." + plugin + "-it.cfg"), lines);
    }

    private void startRsyslog(int port) throws Exception {
        var file = Files.writeString(
                folder.resolve("rsyslog.conf"),
                """
                global(workDirectory="%1$s" maxMessageSize="128k" net.enableDNS="off"
                  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="%2$s"
                  defaultNetstreamDriverCertFile="%3$s" defaultNetstreamDriverKeyFile="%4$s")
                module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"
                  gnutlsPriorityString="Protocol=-ALL,TLSv1.3")
                template(name="all" type="string" string="%%rawmsg%%\\n")
                ruleset(name="received") { action(type="omfile" file="%1$s/syslog" template="all" flushOnTXEnd="on") }
                input(type="imtcp" address="127.0.0.1" port="%5$d" ruleset="received")
                """
                        .formatted(
                                folder,
                                certificates.authority(),
                                certificates.certificate(Shown.GOOD),
                                certificates.key(Shown.GOOD),
                                port));
        rsyslog = Programs.start(
                folder,
                Map.of(),
                List.of("rsyslogd", "-n", "-f", file.toString(), "-i", "NONE"),
                folder.resolve("rsyslog.log"));
        var listening = "0100007F:%04X 00000000:0000 0A".formatted(port);
        Patience.untilTrue("rsyslog listens", () -> Files.readString(Path.of("/proc/net/tcp"))
                .contains(listening));
    }
}
