package io.animus.api.events;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of one attempt to deliver an event. */
public sealed interface Outcome {
    /** The protocol's status, an HTTP status for example; 0 where there was no answer. */
    int status();

    /** It arrived. */
    record Delivered(int status) implements Outcome {}

    /**
     * The receiver may take it later.
     *
     * @param reason for the subscriber: what went wrong; never a secret, at most 500 characters
     * @param after how long the receiver asks to be left alone; null if it didn't say
     */
    record Postponed(int status, String reason, @Nullable Duration after) implements Outcome {}

    /**
     * The receiver will never take it, or may never be spoken to.
     *
     * @param reason for the subscriber: what is wrong and what to change; never a secret, at most 500 characters
     * @param isGone the receiver asks never to be called again, so that its subscription is to be paused
     */
    record Refused(int status, String reason, boolean isGone) implements Outcome {}
}
