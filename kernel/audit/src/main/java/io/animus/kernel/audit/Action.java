package io.animus.kernel.audit;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that an audit event can say was done: a noun and a past participle. The only registry of these words; they
 * stand in the log for ever, so one is added but never renamed or removed.
 */
public enum Action {
    PROJECT_CREATED("project.created"),
    PROJECT_UPDATED("project.updated"),
    PROJECT_ARCHIVED("project.archived"),
    ROLE_BINDING_CREATED("role_binding.created"),
    ROLE_BINDING_DELETED("role_binding.deleted"),
    SERVICE_ACCOUNT_CREATED("service_account.created"),
    API_KEY_CREATED("api_key.created"),
    API_KEY_REVOKED("api_key.revoked"),

    DATASET_CREATED("dataset.created"),
    DATASET_ACCESS_SET("dataset.access_set"),
    UPLOAD_OPENED("upload.opened"),
    UPLOAD_COMPLETED("upload.completed"),
    /** An upload was opened and never completed. */
    UPLOAD_EXPIRED("upload.expired"),
    DATASET_VERSION_CREATED("dataset_version.created"),
    DATASET_VERSION_DOWNLOADED("dataset_version.downloaded"),

    ENVIRONMENT_CREATED("environment.created"),
    ENVIRONMENT_VERSION_CREATED("environment_version.created"),
    ENVIRONMENT_LOCK_CREATED("environment_lock.created"),

    RUN_CREATED("run.created"),
    /** Somebody asked what a run would be, without creating it. */
    RUN_VALIDATED("run.validated"),
    RUN_CANCEL_REQUESTED("run.cancel_requested"),
    RUN_DISPATCHED("run.dispatched"),
    RUN_STARTED("run.started"),
    RUN_RETRIED("run.retried"),
    RUN_SUCCEEDED("run.succeeded"),
    RUN_FAILED("run.failed"),
    RUN_CANCELED("run.canceled"),
    /** The executor can't be asked; the run is unknown until it is reconciled. */
    RUN_LOST("run.lost"),
    /** The executor has proven what became of a lost run. */
    RUN_RECONCILED("run.reconciled"),
    RUN_LOG_READ("run_log.read"),
    ARTIFACT_CREATED("artifact.created"),
    ARTIFACT_DOWNLOADED("artifact.downloaded"),

    MODEL_CREATED("model.created"),
    MODEL_VERSION_CREATED("model_version.created"),
    MODEL_VERSION_VALIDATED("model_version.validated"),
    MODEL_VERSION_APPROVED("model_version.approved"),
    MODEL_VERSION_DEPRECATED("model_version.deprecated"),

    WEBHOOK_CREATED("webhook.created"),
    WEBHOOK_UPDATED("webhook.updated"),
    WEBHOOK_DELETED("webhook.deleted"),
    /** The receiver asked never to be called again. */
    WEBHOOK_PAUSED("webhook.paused"),
    DELIVERY_REPLAYED("delivery.replayed"),

    /** What a sink is told of is something else from here on. */
    AUDIT_SINK_UPDATED("audit_sink.updated"),
    /** Somebody wants entries sent again that a sink has refused. */
    DEAD_LETTERS_REPLAYED("dead_letters.replayed"),

    /** The caller may not do this, or may not know that the resource exists. */
    ACCESS_DENIED("access.denied"),
    /** The caller may do this, but the request or the state of things forbids it. */
    REQUEST_REFUSED("request.refused"),
    /** The log was exported, or values of one event were disclosed. */
    AUDIT_READ("audit.read"),
    /** Values of events were erased; the events stay. */
    AUDIT_ERASED("audit.erased"),

    /** A hub process began its life; from here on its events are numbered. */
    NODE_STARTED("node.started"),
    /** A hub process lives, and says how far its numbers have come. */
    NODE_HEARTBEAT("node.heartbeat"),
    NODE_STOPPED("node.stopped"),
    /** A hub process ended without saying so; another one closes its numbers. */
    NODE_LOST("node.lost"),
    /** The log is signed with another key from here on. */
    LOG_KEY_ROTATED("log.key_rotated"),
    /** A witness's signature on a checkpoint was imported. */
    LOG_COSIGNED("log.cosigned"),
    /** The database was restored into another one, and the log goes on in that. */
    LOG_REBASED("log.rebased"),
    PLUGIN_ADDED("plugin.added"),
    PLUGIN_INSTALLED("plugin.installed"),
    PLUGIN_UPDATED("plugin.updated"),
    /** An update did not become healthy; the version before it goes on. */
    PLUGIN_REVERTED("plugin.reverted"),
    PLUGIN_CONFIGURED("plugin.configured"),
    PLUGIN_DISABLED("plugin.disabled"),
    PLUGIN_ENABLED("plugin.enabled"),
    PLUGIN_REMOVED("plugin.removed"),
    /** A package was not let in, or a plugin was kept from starting, and why. */
    PLUGIN_REFUSED("plugin.refused"),
    /** A plugin started that the strictest mode of trust would have kept from it, and why. */
    PLUGIN_ADMITTED("plugin.admitted"),
    /** A plugin gets no more calls: it allocated much while memory was short. */
    PLUGIN_SUSPENDED("plugin.suspended"),
    /** Somebody wants the hub to be less strict about who made a plugin; nothing has changed yet. */
    TRUST_MODE_PROPOSED("trust_mode.proposed"),
    /** How strict the hub is was decided: by two, or by one for the strictest. */
    TRUST_MODE_CHANGED("trust_mode.changed"),
    /** A node starts with a mode that its configuration file says, and not what was decided. */
    TRUST_MODE_OVERRIDDEN("trust_mode.overridden"),
    /** A plugin asked for, or registered, a service that its permissions don't name, and it was hidden. */
    SERVICE_DENIED("service.denied"),
    /** The set of installed plugins, or their configuration, is another one. */
    COMPOSITION_CHANGED("composition.changed");

    private static final Map<String, Action> BY_WORD =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Action::word, Function.identity()));

    private final String word;

    Action(String word) {
        this.word = word;
    }

    /** As the log, tables and the API write it, for example {@code run.created}. */
    public String word() {
        return word;
    }

    /** The action that is written so. */
    public static Optional<Action> find(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }
}
