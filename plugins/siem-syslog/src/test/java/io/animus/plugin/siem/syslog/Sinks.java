package io.animus.plugin.siem.syslog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.animus.api.plugin.PluginRoutes;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sinks with the configuration that Declarative Services would give them. */
final class Sinks {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Sinks() {}

    /** @param settings by member of {@link SyslogAuditSink.Config}; all others as they are by default */
    static SyslogAuditSink of(Map<String, Object> settings) {
        return new SyslogAuditSink(config(settings), PluginRoutes::start);
    }

    /** To a receiver on 127.0.0.1. */
    static SyslogAuditSink local(String transport, int port, Map<String, Object> more) {
        var settings = new HashMap<String, Object>(
                Map.of("host", "127.0.0.1", "port", port, "transport", transport, "hostname", "hub.test"));
        settings.putAll(more);
        return of(settings);
    }

    /** The indexes of the leaves in the envelopes of CloudEvents. */
    static List<Long> indexes(List<JsonNode> received) {
        return received.stream()
                .map(message -> envelope(message).get("leafindex").asLong())
                .toList();
    }

    static JsonNode envelope(JsonNode message) {
        try {
            return JSON.readTree(message.get("msg").asText());
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + message, e);
        }
    }

    private static SyslogAuditSink.Config config(Map<String, Object> settings) {
        return (SyslogAuditSink.Config) Proxy.newProxyInstance(
                Sinks.class.getClassLoader(),
                new Class<?>[] {SyslogAuditSink.Config.class},
                (proxy, member, arguments) -> member.getName().equals("annotationType")
                        ? Annotation.class
                        : settings.getOrDefault(member.getName(), member.getDefaultValue()));
    }
}
