package io.animus.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** CPU time that somebody has used so far. */
@FunctionalInterface
interface Cpu {
    /** For who doesn't use any. */
    Cpu NONE = () -> 0;

    /** So far, in µs; ascends. */
    long micros();

    /** That of this JVM. */
    static Cpu ofThisProcess() {
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return () -> system.getProcessCpuTime() / 1000;
    }

    /** That of a process, of all its descendants, and of those that it has outlived; to 10 ms each. */
    static Cpu of(ProcessHandle process) {
        return () -> Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(ProcessStat::cpuMicros)
                .sum();
    }

    /** That of the threads of a JVM that compile; to 10 ms each. */
    static Cpu ofCompilers(ProcessHandle process) {
        var tasks = Path.of("/proc/" + process.pid() + "/task");
        return () -> {
            try (var threads = Files.list(tasks)) {
                return threads.mapToLong(thread -> ProcessStat.cpuMicros(thread.resolve("stat"), "C1 Comp|C2 Comp"))
                        .sum();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** {@code /proc/<pid>/stat}, and that of a thread. */
    final class ProcessStat {
        private static final int USER = 11;
        private static final int CHILDREN_SYSTEM = 14;
        // USER_HZ, which is 100 on every Linux that Java runs on.
        private static final long MICROS_PER_TICK = 10_000;

        private ProcessStat() {}

        private static long cpuMicros(ProcessHandle process) {
            return cpuMicros(Path.of("/proc/" + process.pid() + "/stat"), "");
        }

        /** @param names of those that count, as a pattern of how they begin */
        private static long cpuMicros(Path file, String names) {
            try {
                var stat = Files.readString(file);
                if (!Pattern.compile("\\((" + names + ")").matcher(stat).find()) {
                    return 0;
                }
                // The name, in parentheses, may hold spaces; the state is the first word after it.
                var words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                var ticks = 0L;
                for (var i = USER; i <= CHILDREN_SYSTEM; i++) {
                    ticks += Long.parseLong(words[i]);
                }
                return ticks * MICROS_PER_TICK;
            } catch (NoSuchFileException e) {
                return 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
