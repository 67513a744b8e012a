package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.types.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpooledLogTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, SpooledLog.IN_MEMORY, SpooledLog.IN_MEMORY + 1, 5 * SpooledLog.IN_MEMORY})
    void givesBackWhatWasWrittenAsOftenAsItIsOpened(int bytes) throws IOException {
        var content = new ByteArrayOutputStream();
        try (var log = new SpooledLog(folder)) {
            for (var i = 0; content.size() < bytes; i++) {
                var line = ("line " + i + "\n").getBytes(UTF_8);
                var length = Math.min(line.length, bytes - content.size());
                content.write(line, 0, length);
                log.write(line, 0, length);
            }
            assertThat(log.finish()).isEqualTo(Digest.of(content.toByteArray()));
            assertThat(log.size()).isEqualTo(bytes);
            for (var i = 0; i < 2; i++) {
                try (var again = log.open()) {
                    assertThat(again.readAllBytes()).isEqualTo(content.toByteArray());
                }
            }
            assertThat(files()).hasSize(bytes > SpooledLog.IN_MEMORY ? 1 : 0);
        }
        assertThat(files()).as("what it leaves").isEmpty();
    }

    @Test
    void takesNothingAfterItsEnd() throws IOException {
        var log = new SpooledLog(folder);
        log.close();

        assertThatThrownBy(() -> log.write(new byte[2 * SpooledLog.IN_MEMORY])).isInstanceOf(IOException.class);
        assertThat(files()).isEmpty();
    }

    private Stream<Path> files() throws IOException {
        return Files.list(folder);
    }
}
