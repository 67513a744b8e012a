package io.animus.plugin.executor.container;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel counts of processes and threads that containers were refused at their limit. The counter of a container
 * goes with its last process.
 *
 * @param processes where the kernel shows processes: {@code /proc}
 * @param cgroups where cgroups are mounted: {@code /sys/fs/cgroup}
 */
record ForkCounter(Path processes, Path cgroups) {
    private static final Pattern V1 = Pattern.compile("\\d+:([a-z_]+,)*pids(,[a-z_]+)*:/(.*)");
    private static final Pattern V2 = Pattern.compile("0::/(.*)");
    private static final Pattern REFUSED = Pattern.compile("max [1-9]\\d*");

    /** Whether a running container was refused a process; what the kernel does not show did not happen. */
    boolean hasRefused(JsonNode container) {
        var id = container.path("Id").asText();
        var process = container.path("State").path("Pid").asInt();
        if (id.isEmpty() || process == 0) {
            return false;
        }
        try {
            var cgroup = cgroup(process).orElse(null);
            // A runtime may put the program into a cgroup below the one with the limit. The id also tells the
            // container's
            // own process from another that has its number by now.
            while (cgroup != null
                    && cgroup.startsWith(cgroups)
                    && cgroup.toString().contains(id)) {
                if (hasRefused(cgroup.resolve("pids.events"))) {
                    return true;
                }
                cgroup = cgroup.getParent();
            }
            return false;
        } catch (IOException e) {
            // It ended meanwhile: depending on the moment its files are gone, or are there and can't be read.
            return false;
        }
    }

    private static boolean hasRefused(Path events) throws IOException {
        return Files.exists(events)
                && Files.readString(events).lines().anyMatch(l -> REFUSED.matcher(l)
                        .matches());
    }

    private Optional<Path> cgroup(int process) throws IOException {
        var lines = Files.readAllLines(processes.resolve(process + "/cgroup"));
        for (var line : lines) {
            var match = V1.matcher(line);
            if (match.matches()) {
                return Optional.of(cgroups.resolve("pids")
                        .resolve(Objects.requireNonNull(match.group(3)))
                        .normalize());
            }
        }
        return lines.stream()
                .map(V2::matcher)
                .filter(Matcher::matches)
                .map(m -> cgroups.resolve(Objects.requireNonNull(m.group(1))).normalize())
                .findFirst();
    }
}
