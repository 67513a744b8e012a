package io.animus.benchmarks;

/**
 * Work that was done in one round, and what it cost.
 *
 * @param wallNanos of all of it together
 * @param cpuMicros of the process that serves
 * @param databaseCpuMicros of all processes of PostgreSQL
 */
record Load(long operations, long wallNanos, long cpuMicros, long databaseCpuMicros) {
    Load {
        if (operations < 1) {
            throw new IllegalArgumentException("nothing was done in this round");
        }
    }

    /** Both together. */
    Load plus(Load other) {
        return new Load(
                operations + other.operations,
                wallNanos + other.wallNanos,
                cpuMicros + other.cpuMicros,
                databaseCpuMicros + other.databaseCpuMicros);
    }

    /** Wall time per operation, in µs: with many clients at once less than what one of them waits. */
    double wallMicros() {
        return wallNanos / 1e3 / operations;
    }

    double perSecond() {
        return operations * 1e9 / wallNanos;
    }

    double cpu() {
        return (double) cpuMicros / operations;
    }

    double databaseCpu() {
        return (double) databaseCpuMicros / operations;
    }
}
