package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;

/** Measures work by the clock and by the CPU time of those who do it. */
record Meter(Cpu server, Cpu database) {

    /** Does some work; returns how many operations that were. */
    @FunctionalInterface
    interface Work {
        long run() throws IOException, SQLException, InterruptedException;
    }

    Load measure(Work work) throws IOException, SQLException, InterruptedException {
        var serverBefore = server.micros();
        var databaseBefore = database.micros();
        var started = System.nanoTime();
        var operations = work.run();
        var ended = System.nanoTime();
        return new Load(
                operations, ended - started, server.micros() - serverBefore, database.micros() - databaseBefore);
    }
}
