package io.animus.api.executor;

/**
 * What a job may use at the most. Every limit is enforced by the data plane, or the job is refused.
 *
 * @param milliCpus thousandths of a processor, from 10
 * @param memoryBytes from 16 MiB, swap included
 * @param storageBytes for everything below {@code /out}, from 1 MiB
 * @param processes processes and threads together, from 1
 * @param gpus whole devices, from 0
 */
public record Limits(long milliCpus, long memoryBytes, long storageBytes, int processes, int gpus) {
    private static final long MIB = 1 << 20;

    public Limits {
        check(milliCpus >= 10, "milliCpus", milliCpus);
        check(memoryBytes >= 16 * MIB, "memoryBytes", memoryBytes);
        check(storageBytes >= MIB, "storageBytes", storageBytes);
        check(processes >= 1, "processes", processes);
        check(gpus >= 0, "gpus", gpus);
    }

    private static void check(boolean holds, String limit, long value) {
        if (!holds) {
            throw new IllegalArgumentException(limit + " is too small: " + value);
        }
    }
}
