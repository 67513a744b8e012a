package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.audit.log.Hash;
import io.animus.kernel.audit.log.TreeHasher;
import io.animus.kernel.core.AuditLog.Disclosed;
import io.animus.kernel.core.AuditLog.Inclusion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How audit events and proofs of them are shown. */
final class AuditViews {
    private static final List<String> OPTIONAL = List.of("reason", "requestId", "traceId", "sourceIp", "userAgent");

    private AuditViews() {}

    static void writeEvent(JsonOutput output, Json.Members event) {
        var members = event.members();
        for (var name : List.of("id", "time")) {
            output.put(name, members.get(name));
        }
        output.object(
                "actor", actor -> writeAll(actor, members.get("actor"), List.of("subject", "kind", "onBehalfOf")));
        output.put("action", members.get("action"));
        output.object(
                "resource", resource -> writeAll(resource, members.get("resource"), List.of("type", "id", "project")));
        output.put("outcome", members.get("outcome"));
        OPTIONAL.forEach(name -> output.put(name, members.get(name)));
        for (var name : List.of("node", "nodeSeq", "composition", "details")) {
            output.put(name, members.get(name));
        }
    }

    static void writeInclusion(JsonOutput output, Inclusion inclusion) {
        var proof = inclusion.proof().proof();
        output.put("event", inclusion.event().value())
                .put("index", proof.index())
                .put("size", proof.size())
                .put(
                        "leafHash",
                        new TreeHasher().leaf(inclusion.leaf().canonical()).base64())
                .texts("hashes", proof.path().stream().map(Hash::base64).toList())
                .put("checkpoint", inclusion.proof().checkpoint().format());
    }

    static void writeDisclosed(JsonOutput output, Disclosed disclosed) {
        var inclusion = disclosed.inclusion();
        output.object("event", event -> writeEvent(event, inclusion.leaf().disclosed(disclosed.disclosures())))
                .put("index", inclusion.proof().proof().index())
                .put("leaf", new String(inclusion.leaf().canonical(), UTF_8))
                .texts(
                        "disclosures",
                        disclosed.disclosures().stream()
                                .map(Disclosure::encoded)
                                .toList())
                .put("proof", inclusion.proof().format());
    }

    private static void writeAll(JsonOutput output, @Nullable Json object, List<String> names) {
        var members =
                object instanceof Json.Members known ? known : Json.object().build();
        names.forEach(name -> output.put(name, members.members().get(name)));
    }
}
