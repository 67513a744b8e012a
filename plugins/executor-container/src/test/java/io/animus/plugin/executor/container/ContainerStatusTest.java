package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.animus.api.executor.Exit;
import io.animus.api.executor.JobStatus;
import io.animus.plugin.executor.container.JobFolder.Mark;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerStatusTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path work;

    private final ContainerStatus statuses = new ContainerStatus("node", "this-boot");
    private JobFolder folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = new JobFolder(work.resolve("job"));
        folder.create();
    }

    @Test
    void waitsForAContainerThatWasNeverStarted() throws IOException {
        folder.set(Mark.STARTING, NOON, "this-boot");

        assertThat(of("created", 0, false, Dialect.PODMAN)).isInstanceOf(JobStatus.Pending.class);
    }

    @Test
    void neverStartsTwiceWhatRanBeforeTheMachineRestarted() throws IOException {
        folder.set(Mark.STARTING, NOON, "another-boot");

        assertThat(exit("created", 0, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.KILLED);
    }

    @Test
    void tellsAnEngineThatFlagsMemoryKillsFromOneThatDoesNot() throws IOException {
        assertThat(exit("exited", 137, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.OUT_OF_MEMORY);
        assertThat(exit("exited", 137, false, Dialect.DOCKER).cause()).isEqualTo(Exit.Cause.KILLED);
        assertThat(exit("exited", 137, true, Dialect.DOCKER).cause()).isEqualTo(Exit.Cause.OUT_OF_MEMORY);
    }

    @Test
    void callsOnlyThatCanceledWhichEndedAfterwards() throws IOException {
        folder.set(Mark.CANCELED, NOON.plusSeconds(1), "");
        assertThat(exit("exited", 0, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.EXITED);

        folder.set(Mark.CANCELED, NOON.minusSeconds(1), "");
        assertThat(exit("exited", 0, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.CANCELED);
    }

    @Test
    void tellsAFailureForWantOfProcessesOrStorage() throws IOException {
        folder.note(Mark.PROCESS_LIMIT, NOON);
        assertThat(exit("exited", 0, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.EXITED);
        assertThat(exit("exited", 1, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.PROCESS_LIMIT);
        assertThat(exit("exited", 134, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.PROCESS_LIMIT);
        assertThat(exit("exited", 143, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.KILLED);
        assertThat(exit("exited", 137, true, Dialect.DOCKER).cause()).isEqualTo(Exit.Cause.OUT_OF_MEMORY);

        folder.note(Mark.STORAGE_LIMIT, NOON);
        assertThat(exit("exited", 1, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.STORAGE_LIMIT);

        folder.set(Mark.CANCELED, NOON, "");
        assertThat(exit("exited", 1, false, Dialect.PODMAN).cause()).isEqualTo(Exit.Cause.CANCELED);
    }

    @Test
    void notesNothingOfAJobThatIsGone() throws IOException {
        folder.delete();

        folder.note(Mark.PROCESS_LIMIT, NOON);

        assertThat(folder.exists()).isFalse();
    }

    @Test
    void neverLetsAJobEndBeforeItStarted() throws IOException {
        var container = (ObjectNode) container("exited", 0, false);
        container.withObject("/State").put("StartedAt", NOON.plusNanos(700_000).toString());

        var finished = (JobStatus.Finished) statuses.of(container, folder, Dialect.PODMAN);

        assertThat(finished.ended()).isEqualTo(finished.started());
    }

    private Exit exit(String status, int code, boolean killed, Dialect dialect) throws IOException {
        return ((JobStatus.Finished) of(status, code, killed, dialect)).exit();
    }

    private JobStatus of(String status, int code, boolean killed, Dialect dialect) throws IOException {
        return statuses.of(container(status, code, killed), folder, dialect);
    }

    private static JsonNode container(String status, int code, boolean killed) throws IOException {
        var never = "0001-01-01T00:00:00Z";
        var isOver = status.equals("exited");
        return new ObjectMapper()
                .readTree(
                        """
                        {"State":{"Status":"%s","Running":false,"ExitCode":%d,"OOMKilled":%s,"StartedAt":"%s","FinishedAt":"%s"},
                         "Config":{"Labels":{"io.animus.dispatch":"job","io.animus.spec":"sha256:%s"}}}
                        """
                                .formatted(
                                        status,
                                        code,
                                        killed,
                                        isOver ? NOON : never,
                                        isOver ? NOON : never,
                                        "0".repeat(64)));
    }
}
