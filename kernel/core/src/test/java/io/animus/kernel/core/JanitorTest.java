package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.store.postgres.Leader;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JanitorTest {
    private static final String LEFT = "select key from idempotency_key order by key::integer";

    /** The leader that cleans up has runs to move as well. */
    @Test
    void forgetsALongPastBitByBitAndNothingElse(@TempDir Path folder) throws SQLException {
        try (var kernel = new Kernel(folder)) {
            try (var owner = kernel.asOwner();
                    var sql = owner.createStatement()) {
                sql.execute(
                        """
                        insert into idempotency_key
                        select 'hub', i, 'sha256:' || repeat('0', 64), 201, '', null, now() - make_interval(hours => i)
                        from generate_series(1, 2040) i""");
            }
            var janitor = new Janitor(kernel.database(), kernel.trail(), kernel.clock());
            try (var leader = Leader.elect(
                            kernel.database(),
                            "janitor",
                            kernel.trail().node(),
                            kernel.clock().instant())
                    .orElseThrow()) {
                assertThat(janitor.clean(leader)).isTrue();
                assertThat(kernel.column(LEFT)).as("the oldest have gone").hasSize(1040);

                assertThat(janitor.clean(leader)).isFalse();
                assertThat(kernel.column(LEFT)).hasSize(47).first().isEqualTo("1");
            }
        }
    }
}
