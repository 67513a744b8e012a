package io.animus.api.plugin;

/**
 * How well a plugin can do its work.
 *
 * @param reason what is wrong and what to do about it, for the operator; empty when {@code OK}; never a secret
 */
public record PluginHealth(State state, String reason) {
    /** All is well. */
    public static final PluginHealth OK = new PluginHealth(State.OK, "");

    /** From well to useless. */
    public enum State {
        OK,
        /** Works, but not fully or not for long. */
        DEGRADED,
        /** Can't do its work; the rest of the hub goes on. */
        DOWN
    }

    public PluginHealth {
        if ((state == State.OK) != reason.isEmpty()) {
            throw new IllegalArgumentException("a reason is given exactly when the state is not OK");
        }
    }

    public static PluginHealth degraded(String reason) {
        return new PluginHealth(State.DEGRADED, reason);
    }

    public static PluginHealth down(String reason) {
        return new PluginHealth(State.DOWN, reason);
    }
}
