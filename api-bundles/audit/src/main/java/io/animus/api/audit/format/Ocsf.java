package io.animus.api.audit.format;

import io.animus.api.audit.AuditEntry;
import io.animus.api.types.Json;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Entries as the Open Cybersecurity Schema Framework 1.3 has them, category 3 or 6: Account Change (3001), Authentication
 * (3002), User Access Management (3005), and API Activity (6003) for all the rest. What the framework has no place for
 * stands under {@code unmapped}; nothing of the event is left out.
 */
final class Ocsf {
    private static final int ACCOUNT_CHANGE = 3001;
    private static final int AUTHENTICATION = 3002;
    private static final int USER_ACCESS = 3005;
    private static final int API_ACTIVITY = 6003;
    private static final int OTHER = 99;
    private static final Set<String> MAPPED = Set.of(
            "id", "time", "action", "outcome", "reason", "actor", "resource", "requestId", "sourceIp", "userAgent");

    private Ocsf() {}

    /** What an action is there: its class, and within that its activity. */
    private record Activity(int type, int number) {
        private static Activity of(String action) {
            var dot = action.indexOf('.');
            var noun = dot < 0 ? action : action.substring(0, dot);
            var verb = action.substring(dot + 1);
            return switch (noun) {
                case "role_binding" -> new Activity(USER_ACCESS, verb.equals("created") ? 1 : 2);
                case "session" -> new Activity(AUTHENTICATION, verb.equals("created") ? 1 : 2);
                case "service_account" ->
                    new Activity(
                            ACCOUNT_CHANGE,
                            switch (verb) {
                                case "created" -> 1;
                                case "enabled" -> 2;
                                case "disabled" -> 5;
                                case "deleted" -> 6;
                                default -> OTHER;
                            });
                case "api_key" -> new Activity(ACCOUNT_CHANGE, OTHER);
                default ->
                    new Activity(
                            API_ACTIVITY,
                            switch (verb) {
                                case "created", "added", "opened" -> 1;
                                case "read", "downloaded", "validated" -> 2;
                                case "updated", "approved", "deprecated", "changed", "archived" -> 3;
                                case "deleted", "removed" -> 4;
                                default -> OTHER;
                            });
            };
        }
    }

    static Json.Members of(AuditEntry entry) {
        var event = entry.event();
        var activity = Activity.of(entry.action());
        var isSuccess = entry.outcome().equals("success");
        var ocsf = Json.object()
                .put("category_uid", activity.type() / 1000)
                .put("class_uid", activity.type())
                .put("activity_id", activity.number())
                .put("activity_name", entry.action())
                .put("type_uid", activity.type() * 100L + activity.number())
                .put("time", entry.time().toEpochMilli())
                .put("severity_id", severity(entry.outcome()))
                .put("status_id", isSuccess ? 1 : 2)
                .put("status", entry.outcome())
                .putIfPresent("status_detail", Members.text(event, "reason"))
                .put("metadata", metadata(entry))
                .put("actor", Json.object().put("user", actor(event)).build())
                .put("api", api(entry))
                .put("src_endpoint", endpoint(event))
                .put("unmapped", unmapped(event));
        var agent = Members.text(event, "userAgent");
        if (agent != null) {
            ocsf.put("http_request", Json.object().put("user_agent", agent).build());
        }
        var resource = resource(event);
        switch (activity.type()) {
            case ACCOUNT_CHANGE -> ocsf.put("user", user(Members.text(event, "details", "serviceAccount"), resource));
            case AUTHENTICATION -> ocsf.put("user", actor(event));
            case USER_ACCESS ->
                ocsf.put("user", user(Members.text(event, "details", "subject"), resource))
                        .put("privileges", Json.array(Json.of(Members.textOr(event, "unknown", "details", "role"))))
                        .put("resource", resource);
            default -> ocsf.put("resources", Json.array(resource));
        }
        return ocsf.build();
    }

    private static Json.Members metadata(AuditEntry entry) {
        return Json.object()
                .put("version", "1.3.0")
                .put("uid", entry.id().value())
                .put("original_time", entry.time().toString())
                .put(
                        "product",
                        Json.object()
                                .put("name", "Animus Hub")
                                .put("vendor_name", "Animus")
                                .build())
                .build();
    }

    private static Json.Members actor(Json.Members event) {
        // 1 is a user, 3 a system, 99 anything else.
        var kind = Members.textOr(event, "unknown", "actor", "kind");
        return Json.object()
                .put("uid", Members.textOr(event, "erased", "actor", "subject"))
                .put("type", kind)
                .put("type_id", kind.equals("user") ? 1 : kind.equals("system") ? 3 : OTHER)
                .build();
    }

    private static Json.Members user(@Nullable String named, Json.Members resource) {
        return named == null ? resource : Json.object().put("uid", named).build();
    }

    private static Json.Members resource(Json.Members event) {
        return Json.object()
                .put("type", Members.textOr(event, "unknown", "resource", "type"))
                .put("uid", Members.textOr(event, "none", "resource", "id"))
                .putIfPresent("namespace", Members.text(event, "resource", "project"))
                .build();
    }

    private static Json.Members api(AuditEntry entry) {
        var api = Json.object().put("operation", entry.action());
        var request = Members.text(entry.event(), "requestId");
        if (request != null) {
            api.put("request", Json.object().put("uid", request).build());
        }
        return api.build();
    }

    private static Json.Members endpoint(Json.Members event) {
        var ip = Members.text(event, "sourceIp");
        return ip == null
                ? Json.object()
                        .put("name", Members.textOr(event, "unknown", "node"))
                        .build()
                : Json.object().put("ip", ip).build();
    }

    private static Json.Members unmapped(Json.Members event) {
        var rest = Json.object();
        event.members().forEach((name, value) -> {
            if (!MAPPED.contains(name)) {
                rest.put(name, value);
            }
        });
        return rest.putIfPresent("onBehalfOf", Members.text(event, "actor", "onBehalfOf"))
                .build();
    }

    private static int severity(String outcome) {
        return switch (outcome) {
            case "success" -> 1;
            case "denied" -> 3;
            default -> 2;
        };
    }
}
