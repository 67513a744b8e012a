package io.animus.kernel.core;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.animus.kernel.domain.delivery.SinkFeed;
import io.animus.kernel.store.postgres.SinkRepository.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How far the configured sinks have the audit log, as this hub last saw it. Safe for many threads. */
@Component(service = FeedStatus.class)
public final class FeedStatus {
    private final Clock clock = Clock.systemUTC();
    private volatile List<Standing> seen = List.of();
    private volatile Duration patience = Duration.ofMinutes(5);

    @Activate
    public FeedStatus(@Reference(name = "metrics") Metrics metrics) {
        metrics.gauges(
                "animus_audit_sink_lag_entries",
                "Entries of the audit log that are not settled at the sink.",
                "sink",
                () -> values(Standing::lag));
        metrics.gauges(
                "animus_audit_sink_lag_seconds",
                "Age of the oldest entry that is not settled at the sink.",
                "sink",
                () -> values(this::lagSeconds));
        metrics.gauges(
                "animus_audit_sink_dead_letters",
                "Entries that the sink refused, at a replay too.",
                "sink",
                () -> values(Standing::deadLetters));
        metrics.gauges(
                "animus_audit_sink_up",
                "Whether entries flow to the sink.",
                "sink",
                () -> values(standing -> standing.sink().state() == SinkFeed.State.RUNNING ? 1 : 0));
    }

    /** @param patience how old an entry may be that a sink does not have, before something is wrong */
    void look(List<Standing> standings, Duration patience) {
        this.seen = List.copyOf(standings);
        this.patience = patience;
    }

    /** What is wrong with sinks, for anybody to read; empty if nothing is. */
    Optional<String> trouble() {
        var wrong = seen.stream().map(this::trouble).flatMap(Optional::stream).collect(joining(" "));
        return wrong.isEmpty() ? Optional.empty() : Optional.of(wrong);
    }

    // Reasons may name hosts, and this is shown to everybody.
    private Optional<String> trouble(Standing standing) {
        var name = standing.sink().name();
        return switch (standing.sink().state()) {
            case WAITING ->
                Optional.of("The audit sink " + name + " can't be reached since "
                        + standing.sink().since() + "; nothing is lost.");
            case HELD ->
                Optional.of("The audit sink " + name + " lets the hub in no longer or is set up wrongly since "
                        + standing.sink().since() + "; nothing is lost, but somebody must act.");
            case RUNNING ->
                lagSeconds(standing) > patience.toSeconds()
                        ? Optional.of("The audit sink " + name + " lags by " + standing.lag() + " entries.")
                        : Optional.empty();
        };
    }

    private double lagSeconds(Standing standing) {
        Instant since = standing.waitsSince();
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1000.0);
    }

    private Map<String, Double> values(ToDoubleFunction<Standing> value) {
        return seen.stream()
                .collect(toMap(standing -> standing.sink().name(), standing -> value.applyAsDouble(standing)));
    }
}
