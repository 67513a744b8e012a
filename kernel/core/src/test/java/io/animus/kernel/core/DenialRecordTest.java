package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.guard.Denial;
import io.animus.kernel.guard.Denial.Use;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenialRecordTest {
    @Test
    void aDenialIsInTheAuditLogHoweverLongItsNames(@TempDir Path folder) {
        try (var kernel = new Kernel(folder.resolve("database"))) {
            var record = new DenialRecord(kernel.database(), kernel.trail(), kernel.clock());

            record.denied(new Denial("curious", "1.0.0", Use.SEE, "org.example.Secrets"));
            record.denied(new Denial("verbose", "1.0.0", Use.PROVIDE, "org.example." + "L".repeat(1000)));

            assertThat(kernel.audited("curious")).containsExactly("service.denied");
            assertThat(kernel.audited("verbose")).containsExactly("service.denied");
            assertThat(kernel.column("select outcome from audit_event where resource_id = ?", "curious"))
                    .containsExactly("denied");
        }
    }
}
