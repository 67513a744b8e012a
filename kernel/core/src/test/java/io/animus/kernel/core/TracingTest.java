package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TracingTest {
    private static final PluginDescriptor GIT = new PluginDescriptor("scm", "git", "team");
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SpanReceiver collector = new SpanReceiver();
    private final Metrics metrics = new Metrics();
    private final Tracing tracing = tracing(Map.of("endpoint", collector.url()));
    private final PortCalls calls = new PortCalls(metrics, tracing);
    private final TestPlugin plugin = new TestPlugin();

    private static final class TestPlugin implements Plugin {
        private volatile PluginHealth health = PluginHealth.OK;
        private volatile int failures;
        private volatile Reason reason = Reason.UNAVAILABLE;

        @Override
        public PluginDescriptor descriptor() {
            return GIT;
        }

        @Override
        public PluginHealth health() {
            if (failures > 0) {
                failures--;
                throw new ExternalSystemException(reason, "https://user:hunter2@git.example.org says no", null);
            }
            return health;
        }
    }

    @AfterEach
    void close() {
        calls.close();
        tracing.close();
        collector.close();
    }

    @Test
    void aCallIsPartOfTheRequestAndOfItsCallersTrace() {
        calls.descriptorOf(plugin, SECOND);

        request("01", this::ask);
        tracing.close();

        var request = collector.await("the request", span -> span.getKind() == SpanKind.SPAN_KIND_SERVER);
        var call = collector.await("the call", span -> span.getName().equals("scm health"));
        assertThat(hex(request.getTraceId())).isEqualTo(TRACE);
        assertThat(hex(request.getParentSpanId())).isEqualTo(CALLER);
        assertThat(request.getName()).isEqualTo("createRun");
        assertThat(SpanReceiver.attributes(request.getAttributesList()))
                .containsOnly(
                        Map.entry("http.request.method", "POST"),
                        Map.entry("http.response.status_code", "201"),
                        Map.entry("animus.operation", "createRun"),
                        Map.entry("animus.request_id", "r1"));
        assertThat(hex(call.getTraceId())).isEqualTo(TRACE);
        assertThat(call.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(call.getKind()).isEqualTo(SpanKind.SPAN_KIND_INTERNAL);
        assertThat(call.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        assertThat(SpanReceiver.attributes(call.getAttributesList()))
                .containsOnly(
                        Map.entry("animus.port", "scm"),
                        Map.entry("animus.port.operation", "health"),
                        Map.entry("animus.port.outcome", "success"),
                        Map.entry("animus.port.retries", "0"),
                        Map.entry("animus.plugin", "scm/git/team"),
                        Map.entry("animus.plugin.technology", "git"),
                        Map.entry("animus.plugin.instance", "team"));
        assertThat(SpanReceiver.attributes(collector.resources().get(0).getAttributesList()))
                .containsEntry("service.name", "animus-hub")
                .containsKeys("service.instance.id", "telemetry.sdk.name");
    }

    @Test
    void whatTheHubDoesByItselfIsATraceOfItsOwn() {
        request("01", this::ask);
        ask();
        tracing.close();

        Await.until("both calls", () -> calls("scm health") == 2);
        var own = collector.await(
                "without a parent", span -> span.getParentSpanId().isEmpty());
        assertThat(hex(own.getTraceId())).isNotEqualTo(TRACE);
    }

    @Test
    void retriesAreCounted() {
        plugin.failures = 1;

        ask();
        tracing.close();

        var call = collector.await("the call", span -> span.getName().equals("scm health"));
        assertThat(SpanReceiver.attributes(call.getAttributesList()))
                .containsEntry("animus.port.retries", "1")
                .containsEntry("animus.port.outcome", "success");
    }

    @Test
    void aFailureIsMarkedByItsReasonAndTellsNothingElse() {
        plugin.failures = 1;
        plugin.reason = Reason.DENIED;

        assertThatExceptionOfType(ExternalSystemException.class).isThrownBy(this::ask);
        tracing.close();

        var call = collector.await("the call", span -> span.getName().equals("scm health"));
        assertThat(call.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(SpanReceiver.attributes(call.getAttributesList()))
                .containsEntry("animus.port.outcome", "failure")
                .containsEntry("error.type", "DENIED");
        assertThat(call.toString()).doesNotContain("hunter2", "example.org");
    }

    @Test
    void aCallThatIsTooLateIsMarkedAsSuch() {
        var release = new CountDownLatch(1);
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> calls.callOnce("scm", plugin, Duration.ofMillis(1), asked -> {
                    release.await();
                    return asked;
                }));
        release.countDown();
        tracing.close();

        var call = collector.await("the call", span -> span.getName().equals("scm"));
        assertThat(call.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(SpanReceiver.attributes(call.getAttributesList()))
                .containsEntry("animus.port.outcome", "timeout")
                .containsEntry("error.type", "timeout");
    }

    @Test
    void callersDecideAboutTheirTracesAndTheSettingsAboutTheHubsOwn() {
        configure(Map.of("endpoint", collector.url(), "sample_ratio", 0.0));

        request("00", this::ask);
        ask();
        request("01", this::ask);

        tracing.close();
        assertThat(collector.spans()).hasSize(2).allMatch(span -> hex(span.getTraceId())
                .equals(TRACE));
    }

    @Test
    void whatFindsNoRoomIsDroppedAndCounted() throws IOException {
        configure(Map.of("endpoint", collector.url(), "queue_spans", 10));
        var release = new CountDownLatch(1);
        collector.hold(release);

        for (var i = 0; i < 100; i++) {
            ask();
        }
        release.countDown();
        tracing.close();

        var sent = calls("scm health");
        assertThat(sent).as("at most a batch under way and a full queue").isBetween(10L, 20L);
        assertThat(counted("exported")).isEqualTo(sent);
        assertThat(counted("dropped")).isEqualTo(100 - sent);
        assertThat(counted("failed")).isZero();
    }

    @Test
    void whatTheCollectorRefusesIsCounted() {
        collector.answer(400);
        ask();
        Await.until("it is counted", () -> counted("failed") == 1);

        collector.answer(200);
        ask();
        collector.await("spans are taken again", span -> span.getName().equals("scm health"));
    }

    @Test
    void whatWaitsIsSentAtTheEnd() {
        ask();
        tracing.close();

        assertThat(calls("scm health")).isEqualTo(1);
        ask();
        assertThat(tracing.request("GET", name -> null)).isSameAs(RequestSpan.NONE);
    }

    @Test
    void aDeadCollectorHoldsNothingUp() {
        collector.hold(new CountDownLatch(1));
        for (var i = 0; i < 600; i++) {
            ask();
        }
        var begun = System.nanoTime();
        tracing.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        Await.until("its threads have ended", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().matches("animus-tracing|BatchSpanProcessor.*")));
        Await.until("each span is accounted for", () -> counted("failed") + counted("dropped") == 600);
    }

    @Test
    void headersAreReadForEachMessage(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("headers"), "Authorization: Bearer one\n\nx-tenant: a b\n");
        configure(Map.of("endpoint", collector.url(), "headers_file", file.toString()));

        ask();
        Await.until("the first", () -> collector.headers().stream()
                .anyMatch(sent -> sent.get("Authorization").get(0).equals("Bearer one")
                        && sent.get("X-tenant").get(0).equals("a b")));
        Files.writeString(file, "Authorization: Bearer two\n");
        ask();
        Await.until("the second", () -> collector.headers().stream()
                .anyMatch(sent -> sent.get("Authorization").get(0).equals("Bearer two")));
    }

    @Test
    void wrongSettingsAreNoTracingAndNoHarm() {
        configure(Map.of("endpoint", "http://collector.example.org:4318"));

        ask();

        assertThat(tracing.request("GET", name -> null)).isSameAs(RequestSpan.NONE);
    }

    private Tracing tracing(Map<String, Object> settings) {
        return new Tracing(metrics, TracingSettings.of(settings));
    }

    private void configure(Map<String, Object> settings) {
        tracing.change(TracingSettings.of(settings));
    }

    private void ask() {
        calls.call("scm", plugin, SECOND, asked -> Contract.hold(Plugin.class, asked, () -> "it")
                .health());
    }

    private void request(String flags, Runnable work) {
        var parent = "00-%s-%s-%s".formatted(TRACE, CALLER, flags);
        var span = tracing.request("POST", name -> name.equals("traceparent") ? parent : null);
        assertThat(span.traceId()).isEqualTo(TRACE);
        work.run();
        span.end("createRun", 201, "r1");
    }

    private long calls(String name) {
        return collector.spans().stream()
                .filter(span -> span.getName().equals(name))
                .count();
    }

    private long counted(String outcome) {
        var out = new ByteArrayOutputStream();
        try {
            metrics.write(null, out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toString(UTF_8)
                .lines()
                .filter(line -> line.startsWith("animus_trace_spans_total{outcome=\"" + outcome + "\"}"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }
}
