package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** One question about speed or size. */
interface Benchmark {
    /** Names it for {@code --only}. */
    String name();

    /** Why it can't be measured here; empty if it can. */
    default String obstacle(Setting setting) {
        return "";
    }

    List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException;
}
