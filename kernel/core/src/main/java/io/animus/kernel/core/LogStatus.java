package io.animus.kernel.core;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How the audit log is, as this hub last saw it. Safe for many threads. */
@Component(service = LogStatus.class)
public final class LogStatus {
    /** How old the first event may be that is not in the log, before something is wrong. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private volatile long size;
    private volatile long covered;
    private volatile Duration lag = Duration.ZERO;
    private volatile @Nullable String trouble;

    @Activate
    public LogStatus(@Reference(name = "metrics") Metrics metrics) {
        metrics.gauge("animus_audit_log_leaves", "Events in the audit log.", () -> size);
        metrics.gauge("animus_audit_log_covered_leaves", "Events covered by the newest checkpoint.", () -> covered);
        metrics.gauge(
                "animus_audit_log_lag_seconds",
                "Age of the oldest event that is not in the audit log yet.",
                () -> lag.toMillis() / 1000.0);
    }

    /** What is wrong with the log, for anybody to read; empty if nothing is. */
    Optional<String> trouble() {
        var known = trouble;
        if (known != null) {
            return Optional.of(known);
        }
        return lag.compareTo(PATIENCE) > 0
                ? Optional.of("Events wait for the audit log for " + lag.toSeconds()
                        + " s; perhaps a long transaction holds them back.")
                : Optional.empty();
    }

    void runs() {
        trouble = null;
    }

    /** True if that is news. */
    boolean stops(String why) {
        var before = trouble;
        trouble = why;
        return !why.equals(before);
    }

    void covered(long leaves) {
        covered = leaves;
    }

    void look(long leaves, long coveredLeaves, Duration waiting) {
        size = leaves;
        covered = coveredLeaves;
        lag = waiting.isNegative() ? Duration.ZERO : waiting;
    }
}
