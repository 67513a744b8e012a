package io.animus.plugin.siem.syslog;

import static io.animus.api.tck.AuditSinkContract.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.animus.api.audit.AuditEntry;
import io.animus.api.types.Json;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyslogMessageTest {
    private static final String NASTY = "a\nb\r\u0000\u001b]\"\\=|";

    @Test
    void hasTheHeaderAndTheStructuredDataOfTheRfc() {
        assertThat(message(Format.CLOUDEVENTS, entry(7, "why")))
                .startsWith("<110>1 2026-01-01T12:00:00.130456Z hub.test animus-hub hub-1/01 run.created "
                        + "[animus@32473 id=\"aud_00000000000000000000000007\" leafIndex=\"7\" leafHash=\"sha256:")
                .contains("\" outcome=\"success\"] {");
    }

    @Test
    void escapesWhatWouldEndTheStructuredDataOrALine() {
        var odd = new AuditEntry(
                1,
                entry(1, "").leafHash(),
                entry(1, "").id(),
                entry(1, "").time(),
                "run created\n" + "x".repeat(50),
                NASTY,
                Json.object().put("node", "no de\n").build());
        for (var format : Format.values()) {
            assertThat(message(format, odd))
                    .contains(" no_de_ run_created_xxxxxxxxxxxxxxxxxxxx [animus@")
                    .contains("outcome=\"a b   \\]\\\"\\\\=|\"]")
                    .doesNotContainPattern("[\\x00-\\x1f]");
        }
    }

    @Test
    void writesCefWithItsTwoWaysToEscape() {
        assertThat(message(Format.CEF, entry(1, NASTY)))
                .contains("] CEF:0|Animus|Animus Hub|1|run.created|run created|2|externalId=aud_")
                .contains(" reason=a\\nb\\r  ]\"\\\\\\=| suser=svc_ada src=192.0.2.7 ")
                .contains(" cn1Label=leafIndex cn1=1 cs1Label=leafHash cs1=sha256:")
                .contains(" cs5Label=details cs5={\"priority\":50}");
    }

    @Test
    void putsTheWholeEventIntoTheEnvelope() throws Exception {
        var entry = entry(3, NASTY);
        var envelope = content(Format.CLOUDEVENTS, entry);
        assertThat(envelope.get("specversion").asText()).isEqualTo("1.0");
        assertThat(envelope.get("id").asText()).isEqualTo(entry.id().value());
        assertThat(envelope.get("source").asText()).isEqualTo("urn:animus:hub");
        assertThat(envelope.get("type").asText()).isEqualTo("io.animus.audit.run.created");
        assertThat(envelope.get("leafhash").asText()).isEqualTo(entry.leafHash().value());
        assertThat(envelope.get("data"))
                .isEqualTo(new ObjectMapper().readTree(entry.event().canonical()));
    }

    @Test
    void findsTheClassOfOcsfForEachAction() throws Exception {
        assertThat(ocsf("run.created")).isEqualTo("6003 600301");
        assertThat(ocsf("artifact.downloaded")).isEqualTo("6003 600302");
        assertThat(ocsf("access.denied")).isEqualTo("6003 600399");
        assertThat(ocsf("service_account.created")).isEqualTo("3001 300101");
        assertThat(ocsf("api_key.revoked")).isEqualTo("3001 300199");
        assertThat(ocsf("role_binding.created")).isEqualTo("3005 300501");
        assertThat(ocsf("role_binding.deleted")).isEqualTo("3005 300502");
        assertThat(ocsf("session.created")).isEqualTo("3002 300201");
    }

    @Test
    void leavesNothingOfTheEventOutOfOcsf() throws Exception {
        var data = content(Format.OCSF, entry(3, "why")).get("data");
        assertThat(data.at("/status_detail").asText()).isEqualTo("why");
        assertThat(data.at("/actor/user/uid").asText()).isEqualTo("svc_ada");
        assertThat(data.at("/src_endpoint/ip").asText()).isEqualTo("192.0.2.7");
        assertThat(data.at("/http_request/user_agent").asText()).isEqualTo("curl/8");
        assertThat(data.at("/api/request/uid").asText()).isEqualTo("req-3");
        assertThat(data.at("/resources/0/namespace").asText()).isEqualTo("prj_1");
        assertThat(data.at("/unmapped/nodeSeq").asLong()).isEqualTo(4);
        assertThat(data.at("/unmapped/details/priority").asInt()).isEqualTo(50);
        assertThat(data.at("/metadata/uid").asText())
                .isEqualTo(entry(3, "").id().value());
    }

    @Test
    void refusesAConfigurationThatItDoesNotUnderstand() {
        assertThatThrownBy(() -> Format.of("xml")).hasMessageContaining("cloudevents, ocsf, cef");
        assertThatThrownBy(() -> Sinks.local("sctp", 514, Map.of())).hasMessageContaining("tls, tcp, udp");
    }

    private static String ocsf(String action) throws Exception {
        var entry = entry(1, "why");
        var data = content(
                        Format.OCSF,
                        new AuditEntry(1, entry.leafHash(), entry.id(), entry.time(), action, "success", entry.event()))
                .get("data");
        return data.get("class_uid").asText() + " " + data.get("type_uid").asText();
    }

    private static String message(Format format, AuditEntry entry) {
        return new String(
                new SyslogMessage(format, 13, "hub.test", 32_473, URI.create("urn:animus:hub")).of(entry), UTF_8);
    }

    private static JsonNode content(Format format, AuditEntry entry) throws Exception {
        return new ObjectMapper().readTree(format.of(entry, URI.create("urn:animus:hub")));
    }
}
